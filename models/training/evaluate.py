"""Compares a student with its teacher, end to end, on pictures that no training step used.

    python evaluate.py --teacher teacher.safetensors --student student.safetensors --pictures FOLDER

Pair i is content i mod n and style i mod m of the held-out pictures (--all: of every picture), both
resized as in the reference application. PSNR, SSIM and sharpness compare the two pairs of networks.
Fidelity is each picture's distance from the style, measured by the teacher's predictor.
"""
import argparse
import json
from pathlib import Path

import torch

import data
from losses import laplacian_rms, psnr, relative_rms, ssim
from weights_file import load_networks

STYLE_SIZE = 256
STRENGTHS = (0.0, 0.5, 1.0)
STRENGTH_PAIRS = 62
BOUNDS = {"psnr": (20.5, None), "ssim": (0.80, None), "sharpness": (0.85, 1.15), "fidelity": (None, 1.3),
          "predictor_style": (None, 0.15), "predictor_content": (None, 0.15)}


def sharpness(x):
    return laplacian_rms(x).square().mean(1).sqrt()


class Comparison:
    """Holds the teacher, the student and their bottlenecks of all pictures, and computes figures of
    one pair at a time."""

    def __init__(self, teacher, student, contents, styles):
        self.teacher, self.student = teacher, student
        square = lambda p: data.to_tensor([data.resize(p, STYLE_SIZE)])
        self.contents, self.styles = contents, styles
        self.z = {(who, kind): torch.cat([pair[0](square(p)) for p in pictures])
                  for who, pair in (("teacher", teacher), ("student", student))
                  for kind, pictures in (("content", contents), ("style", styles))}

    def predictor_errors(self):
        """Returns root mean square errors, relative to the spread of all the teacher's values and
        relative to each dimension's spread (stricter)."""
        figures = {}
        for kind in ("style", "content"):
            mine, theirs = self.z["student", kind], self.z["teacher", kind]
            figures[f"predictor_{kind}"] = relative_rms(mine, theirs)
            relative = (mine - theirs).square().mean(0).sqrt() / theirs.std(0)
            figures[f"predictor_{kind}_per_dimension"] = relative.mean().item()
        return figures

    def pair(self, i, size):
        c, s = i % len(self.contents), i % len(self.styles)
        x = data.to_tensor([data.resize(self.contents[c], size)])
        z_teacher, z_student = self.z["teacher", "style"][s:s + 1], self.z["student", "style"][s:s + 1]
        (look, paint), (_, paint_student) = self.teacher, self.student
        expected, answer = paint(x, z_teacher), paint_student(x, z_student)
        alone = paint_student(x, z_teacher)
        distance = lambda picture: (look(picture) - z_teacher).norm()
        return {
            "psnr": psnr(answer, expected).item(), "ssim": ssim(answer, expected).item(),
            "sharpness": (sharpness(answer) / sharpness(expected)).item(),
            "fidelity": (distance(answer) / distance(expected)).item(),
            "transformer_psnr": psnr(alone, expected).item(),
            "transformer_ssim": ssim(alone, expected).item(),
        }

    def strengths(self, i, size):
        """Returns for each strength the distances to the content (in pixels and in the teacher's
        features) and to the style."""
        c, s = i % len(self.contents), i % len(self.styles)
        x = data.to_tensor([data.resize(self.contents[c], size)])
        own, style = self.z["student", "content"][c:c + 1], self.z["student", "style"][s:s + 1]
        rows = []
        for strength in STRENGTHS:
            picture = self.student[1](x, own + (style - own) * strength)[..., :size, :size]
            seen = self.teacher[0](picture)
            rows.append([(picture - x).square().mean().sqrt().item(),
                         (seen - self.z["teacher", "content"][c]).norm().item(),
                         (seen - self.z["teacher", "style"][s]).norm().item()])
        return rows


def mean(rows, key):
    return sum(r[key] for r in rows) / len(rows)


def evaluate(teacher, student, contents, styles, pairs, sizes):
    with torch.inference_mode():
        comparison = Comparison(teacher, student, contents, styles)
        result = {"pairs": pairs, **comparison.predictor_errors()}
        for size in sizes:
            rows = [comparison.pair(i, size) for i in range(pairs)]
            result[str(size)] = {key: mean(rows, key) for key in rows[0]}
            result[str(size)]["psnr_worst_tenth"] = sorted(r["psnr"] for r in rows)[len(rows) // 10]
        steps = [comparison.strengths(i, sizes[0]) for i in range(min(pairs, STRENGTH_PAIRS))]
    columns = list(zip(*[list(zip(*rows)) for rows in steps]))
    for name, column, sign in zip(("pixels_to_content", "to_content", "to_style"), columns, (1, 1, -1)):
        result[f"strength_{name}"] = [sum(c[k] for c in column) / len(column) for k in range(len(STRENGTHS))]
        ordered = [all(sign * (b - a) > 0 for a, b in zip(c, c[1:])) for c in column]
        result[f"strength_{name}_monotone"] = sum(ordered) / len(ordered)
    return result


def verdict(name, value):
    low, high = BOUNDS.get(name, (None, None))
    if low is None and high is None:
        return ""
    missed = (low is not None and value < low) or (high is not None and value > high)
    return "missed" if missed else "met"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--teacher", required=True)
    parser.add_argument("--student", required=True, help="model file to judge")
    parser.add_argument("--pictures", required=True, help="folder with content/ and style/")
    parser.add_argument("--all", action="store_true", help="pair all pictures, not the held-out ones")
    parser.add_argument("--pairs", type=int, default=217)
    parser.add_argument("--sizes", default="256,384")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--json", help="write all figures here")
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    if args.all:
        contents, styles = [data.load(data.list_pictures(Path(args.pictures) / k), 4096)
                            for k in ("content", "style")]
    else:
        contents, styles = data.load_held_out(args.pictures)
    sizes = [int(s) for s in args.sizes.split(",")]
    result = evaluate(load_networks(args.teacher), load_networks(args.student), contents, styles,
                      args.pairs, sizes)
    if args.json:
        Path(args.json).write_text(json.dumps(result, indent=1) + "\n")
    print("| figure | value | bound |\n|---|---|---|")
    for key, value in result.items():
        for name, v in value.items() if isinstance(value, dict) else [(None, value)]:
            shown = ", ".join(f"{n:.3f}" for n in v) if isinstance(v, list) else f"{v:.3f}"
            print(f"| {f'{name} at {key}²' if name else key} | {shown} | {verdict(name or key, v)} |")


if __name__ == "__main__":
    main()
