"""Converts a source and checks that the safetensors package reads what nst-weights inspect prints.

    check_safetensors.py NST_WEIGHTS SOURCE     exit code 77: the package is not installed
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

try:
    import numpy as np
    from safetensors import safe_open
except ImportError as error:
    print(f"skipped: {error}")
    sys.exit(77)


def check(command, source, dtype):
    with tempfile.TemporaryDirectory() as folder:
        model = str(Path(folder) / "model.safetensors")
        subprocess.run([command, "convert", source, "-o", model, "--dtype", dtype], check=True)
        listed = json.loads(subprocess.run([command, "inspect", "--json", model], check=True,
                                           capture_output=True).stdout)["tensors"]
        with safe_open(model, "numpy") as file:
            assert sorted(file.keys()) == [tensor["name"] for tensor in listed]
            assert file.metadata()["format"] == "nst-model"
            for tensor in listed:
                values = file.get_tensor(tensor["name"])
                assert list(values.shape) == tensor["shape"], tensor["name"]
                assert values.dtype == np.dtype(tensor["dtype"]), tensor["name"]
                wide = values.astype(np.float64)
                # min and max are exact. rms is printed with all digits of a double sum.
                assert wide.min() == tensor["min"] and wide.max() == tensor["max"], tensor["name"]
                assert np.isclose(np.sqrt(np.mean(wide**2)), tensor["rms"], rtol=1e-12, atol=0)
    print(f"{len(listed)} tensors, {dtype}: names, shapes, types and values agree")


for dtype in ("f32", "f16"):
    check(sys.argv[1], sys.argv[2], dtype)
