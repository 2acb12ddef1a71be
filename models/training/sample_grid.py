"""Paints every content in every style and shows both networks' paintings in a grid.

The grid's rows are content, style, teacher's and student's painting.

    python sample_grid.py --teacher teacher.safetensors --student student.safetensors \
      --contents a.jpg b.jpg --styles c.jpg d.jpg --size 256 -o grid.jpg
"""
import argparse

import numpy as np
import torch
from PIL import Image

import data
from weights_file import load_networks


def paint(networks, x, s):
    with torch.inference_mode():
        predictor, transformer = networks
        return transformer(x, predictor(s))[..., :x.shape[2], :x.shape[3]]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--teacher", required=True)
    parser.add_argument("--student", required=True)
    parser.add_argument("--contents", nargs="+", required=True)
    parser.add_argument("--styles", nargs="+", required=True)
    parser.add_argument("--size", type=int, default=256)
    parser.add_argument("-o", "--output", required=True)
    args = parser.parse_args()
    torch.set_num_threads(1)
    teacher, student = load_networks(args.teacher), load_networks(args.student)
    contents, styles = [data.load(paths, 4096) for paths in (args.contents, args.styles)]
    rows = []
    for content in contents:
        for style in styles:
            x = data.to_tensor([data.resize(content, args.size)])
            s = data.to_tensor([data.resize(style, 256)])
            shown = data.to_tensor([data.resize(style, args.size)])
            rows.append(torch.cat([x, shown, paint(teacher, x, s), paint(student, x, s)], 3))
    grid = torch.cat(rows, 2)[0].permute(1, 2, 0).mul(255).round().byte().numpy()
    Image.fromarray(np.ascontiguousarray(grid)).save(args.output, quality=90)


if __name__ == "__main__":
    main()
