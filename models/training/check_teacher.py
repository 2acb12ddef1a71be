"""Compares the teacher in PyTorch with recorded outputs of the published pair, run by TensorFlow.

    python check_teacher.py --teacher teacher.safetensors --reference FOLDER

FOLDER holds NAME.style.npy and NAME.bottleneck.npy, CASE_NAME.content.npy and
CASE_NAME.stylized.npy.
"""
import argparse
from pathlib import Path

import numpy as np
import torch

from weights_file import load_networks


def tensor(path):
    return torch.from_numpy(np.load(path)).permute(2, 0, 1)[None].float()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--teacher", required=True)
    parser.add_argument("--reference", required=True)
    args = parser.parse_args()
    folder = Path(args.reference)
    predictor, transformer = load_networks(args.teacher)
    bottlenecks = {}
    with torch.inference_mode():
        for path in sorted(folder.glob("*.style.npy")):
            name = path.name.removesuffix(".style.npy")
            expected = torch.from_numpy(np.load(folder / f"{name}.bottleneck.npy")).reshape(1, 100)
            bottlenecks[name] = expected
            print(f"{name}: bottleneck off by {(predictor(tensor(path)) - expected).abs().max():.2g}")
        for path in sorted(folder.glob("*.content.npy")):
            case = path.name.removesuffix(".content.npy")
            name = next(n for n in bottlenecks if case.endswith(n))
            expected = tensor(folder / f"{case}.stylized.npy")
            picture = transformer(tensor(path), bottlenecks[name])
            picture = picture[..., :expected.shape[2], :expected.shape[3]]
            print(f"{case}: picture off by {(picture - expected).abs().max():.2g}, "
                  f"mean {(picture - expected).abs().mean():.2g}")


if __name__ == "__main__":
    main()
