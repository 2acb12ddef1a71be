"""Writes the averages of two runs as one float32 model file of the engine.

    python export.py --predictor FOLDER/latest.pt --transformer FOLDER/latest.pt -o student.safetensors
    nst-weights convert student.safetensors --dtype f16 -o models/mobile.safetensors

The second command stores the self-test in the file. Several checkpoints that branched off one
another are averaged, because the mean of two ends of a path is better than either end. --predictor
or --transformer may also name a model file, whose network is kept: the two networks meet only in
the bottleneck.
"""
import argparse

import torch

from networks import Predictor, Transformer
from weights_file import FULL_SPACE, MOBILE_SPACE, load_average, load_networks, save_networks


def averaged(paths, kind):
    """Returns the mean of the checkpoints' averaged networks, or a model file's network, and a text
    that names their origin."""
    networks, steps = zip(*(load_average(path, kind) for path in paths))
    states = [network.state_dict() for network in networks]
    network = networks[0].eval().requires_grad_(False)
    for name, value in network.state_dict().items():
        if value.dtype.is_floating_point:
            value.copy_(torch.stack([state[name] for state in states]).mean(0))
    return network, "as it was" if None in steps else "step " + " and ".join(map(str, steps))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--predictor", required=True, nargs="+", help="checkpoints, or a model file")
    parser.add_argument("--transformer", required=True, nargs="+", help="checkpoints, or a model file")
    parser.add_argument("--space", default=MOBILE_SPACE, choices=(MOBILE_SPACE, FULL_SPACE), help="of the vectors")
    parser.add_argument("-o", "--output", required=True)
    args = parser.parse_args()
    for option, paths in (("--predictor", args.predictor), ("--transformer", args.transformer)):
        if len(paths) > 1 and any(path.endswith(".safetensors") for path in paths):
            parser.error(f"{option}: a model file stands alone")
    predictor, predictor_from = averaged(args.predictor, Predictor)
    transformer, transformer_from = averaged(args.transformer, Transformer)
    widths = [layer.conv.out_channels for layer in transformer.contract]
    description = (f"distilled by models/training: MobileNetV2 predictor, {predictor_from}; "
                   f"transformer of {'/'.join(map(str, widths))} channels, {transformer_from}")
    save_networks(args.output, predictor, transformer, description, args.space)

    # The written file, with batch norm folded, must compute the same function.
    x, z = torch.rand(2, 3, 128, 128), torch.randn(2, 100)
    loaded_predictor, loaded_transformer = load_networks(args.output)
    with torch.inference_mode():
        off = max((loaded_predictor(x) - predictor(x)).abs().max().item(),
                  (loaded_transformer(x, z) - transformer(x, z)).abs().max().item())
    if off > 1e-3:
        raise SystemExit(f"{args.output}: differs from the checkpoint by {off:.2g}")
    print(f"{args.output}: {description}; off by {off:.1g}")


if __name__ == "__main__":
    main()
