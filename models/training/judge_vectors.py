"""Compares found vectors with known ones, and T's paintings with both.

    python judge_vectors.py [as find_vectors.py, without -o] [--json FILE] [--sheet FILE.png --photograph FILE]

Each picture is judged with a prior that has not seen its vector. `tuned` marks the pictures by
which the recipe was chosen.
"""
import argparse
import json
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image

import data
from appearance import join_styles
from descent import add_arguments, prepare
from find_vectors import STEPS
from known_vectors import Prior, without
from losses import psnr, ssim

TUNED = ("Theo_van_Doesburg_sq", "towers_1916_sq", "style-02", "style-04", "style-08", "style-09", "style-13",
         "style-15", "style-17")
STATUE = "statue_of_liberty_sq"  # its picture is the content of all published outputs


def vector_figures(found, true, mean):
    """Returns the correlation, the correlation after subtracting the known vectors' mean, and the
    relative error."""
    centred = lambda v: v - v.mean()
    return {"correlation": F.cosine_similarity(centred(found), centred(true), 0).item(),
            "mean_removed": F.cosine_similarity(found - mean, true - mean, 0).item(),
            "relative_error": ((found - true).norm() / true.norm()).item()}


def judge(found, known, transformer, contents):
    """Returns {name: figures} of the vectors {name: vector}, painted on the pictures `contents`
    {name: uint8 [h,w,3]}."""
    rows = {}
    with torch.inference_mode():
        for k in known:
            if k.name not in found:
                continue
            row = {"kind": k.kind, "tuned": k.name in TUNED,
                   **vector_figures(found[k.name], k.vector, without(known, k.name).mean(0))}
            for name, content in contents.items():
                x = data.to_tensor([content])
                expected, answer = [transformer(x, v[None]) for v in (k.vector, found[k.name])]
                row[f"ssim_{name}"], row[f"psnr_{name}"] = ssim(answer, expected).item(), psnr(answer, expected).item()
            rows[k.name] = row
    return rows


def report(rows):
    figures = [key for key, value in next(iter(rows.values())).items() if isinstance(value, float)]
    print("| picture | " + " | ".join(figures) + " |\n|" + "---|" * (len(figures) + 1))
    for name, row in rows.items():
        print(f"| {name}{' (tuned)' if row['tuned'] else ''} | " + " | ".join(f"{row[f]:.3f}" for f in figures) + " |")
    groups = {f"{kind}, {'tuned' if tuned else 'held out'}": [r for r in rows.values()
                                                            if r["kind"] == kind and r["tuned"] == tuned]
              for kind in ("recovered", "distilled") for tuned in (False, True)}
    for title, group in groups.items():
        if group:
            print(f"| mean of {len(group)}: {title} | " +
                  " | ".join(f"{np.mean([r[f] for r in group]):.3f}" for f in figures) + " |")


def sheet(found, known, transformer, contents, path):
    """Writes one row for each picture: the picture, then for each content T's paintings with the
    true, the found and the mean vector."""
    rows = []
    with torch.inference_mode():
        for k in known:
            if k.name not in found:
                continue
            cells = [data.resize(k.picture, 192)]
            for content in contents.values():
                x = data.to_tensor([content])
                for v in (k.vector, found[k.name]):
                    cells.append(data.resize(data.to_bytes(transformer(x, v[None]))[0].numpy(), 192))
            rows.append(np.concatenate(cells, 1))
    half = -(-len(rows) // 2)
    rows += [np.full_like(rows[0], 255)] * (2 * half - len(rows))
    Image.fromarray(np.concatenate([np.concatenate(rows[:half]), np.concatenate(rows[half:])], 1)).save(path)


def find(descent, known, steps=STEPS):
    """Returns {name: vector} of all known vectors' pictures."""
    with_picture, found = [k for k in known if k.picture is not None], {}
    for k in with_picture:  # one at a time, because each picture has its own prior
        all_but = Prior.of(without(known, k.name))
        style = join_styles([descent.appearance.style(k.picture)])
        found[k.name] = descent.run(style, all_but.mean[None], all_but, steps)[0][0]
    return found


def judged_contents(known, photograph):
    contents = {"statue": next(k.picture for k in known if k.name == STATUE)}
    if photograph:
        picture, = data.load([Path(photograph)], 256)
        contents["other"] = picture[:256, :256]
    return contents


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add_arguments(parser)
    parser.add_argument("--steps", type=int, default=STEPS)
    parser.add_argument("--photograph", help="a second content, beside the statue")
    parser.add_argument("--json", help="write figures and vectors here")
    parser.add_argument("--sheet", help="write pictures side by side here")
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    descent, _, known = prepare(args)
    contents = judged_contents(known, args.photograph)
    found = find(descent, known, args.steps)
    rows = judge(found, known, descent.transformer, contents)
    report(rows)
    if args.json:
        vectors = {name: [round(float(x), 5) for x in v] for name, v in found.items()}
        Path(args.json).write_text(json.dumps({"figures": rows, "vectors": vectors}) + "\n")
    if args.sheet:
        sheet(found, known, descent.transformer, contents, args.sheet)


if __name__ == "__main__":
    main()
