"""The peers: how each runtime gets a model, its best settings, and runs.

`prepare` writes a runtime's own model files, as a user would before deployment; it is not timed.
Everything else runs in a separate process (worker.py). A setting is a set of words from
`Runtime.words`; settings.json says which setting is used for which case.
"""

from __future__ import annotations

import pickle
from abc import ABC, abstractmethod
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

if TYPE_CHECKING:
    from graph import Array, Graph

Setting = frozenset[str]
Vectors = dict[str, "Array"]  # gamma and beta by name

AVX2 = "avx2"
LIMIT_TO_AVX2 = {"ONEDNN_MAX_CPU_ISA": "AVX2", "ATEN_CPU_CAPABILITY": "avx2"}


class Runtime(ABC):
    """One network, loaded. `infer` is what is timed; `output` converts the last result."""

    title: ClassVar[str]
    package: ClassVar[str]
    words: ClassVar[tuple[str, ...]] = ()
    candidates: ClassVar[tuple[Setting, ...]] = (frozenset(),)

    @staticmethod
    @abstractmethod
    def prepare(graph: Graph, stem: Path) -> None:
        """Writes the model to files whose names are `stem` plus a suffix."""

    @abstractmethod
    def __init__(self, stem: Path, threads: int, setting: Setting) -> None:
        """Loads and compiles the model."""

    @abstractmethod
    def feed(self, picture: Array, vectors: Vectors) -> None:
        """Stores the picture [h, w, 3] and the style in the layout that suits the runtime best."""

    @abstractmethod
    def infer(self) -> None: ...

    @abstractmethod
    def output(self) -> Array:
        """Returns the last result, [h, w, c]."""

    @classmethod
    def version(cls) -> str:
        return version(cls.package).partition("+")[0]


def to_nchw(picture: Array) -> Array:
    return np.ascontiguousarray(picture.transpose(2, 0, 1)[None])


def from_nchw(picture: Array) -> Array:
    return picture[0].transpose(1, 2, 0)


def write_onnx(graph: Graph, stem: Path) -> None:
    from formats.onnx_model import to_onnx

    stem.with_suffix(".onnx").write_bytes(to_onnx(graph).SerializeToString())


class OpenVino(Runtime):
    """OpenVINO, tuned for latency, float32 arithmetic. Its oneDNN can be held to AVX2."""

    title, package = "OpenVINO", "openvino"
    words = (AVX2,)
    candidates = (frozenset(), frozenset({AVX2}))

    @staticmethod
    def prepare(graph: Graph, stem: Path) -> None:
        import openvino as ov

        write_onnx(graph, stem)
        model = ov.Core().read_model(stem.with_suffix(".onnx"))
        ov.save_model(model, stem.with_suffix(".xml"), compress_to_fp16=False)

    def __init__(self, stem: Path, threads: int, setting: Setting) -> None:
        del setting  # AVX2 is set by the environment
        import openvino as ov

        config = {
            "INFERENCE_PRECISION_HINT": "f32",
            "PERFORMANCE_HINT": "LATENCY",
            "INFERENCE_NUM_THREADS": threads,
        }
        self.tensor = ov.Tensor
        self.model = ov.Core().compile_model(stem.with_suffix(".xml"), "CPU", config)
        self.request = self.model.create_infer_request()

    def feed(self, picture: Array, vectors: Vectors) -> None:
        self.request.set_input_tensor(0, self.tensor(to_nchw(picture)))
        for i, values in enumerate(vectors.values(), start=1):
            self.request.set_input_tensor(i, self.tensor(values))

    def infer(self) -> None:
        self.request.infer()

    def output(self) -> Array:
        return from_nchw(self.request.get_output_tensor(0).data)


class OnnxRuntime(Runtime):
    """ONNX Runtime with all graph optimisations (including its blocked layout), inputs and output
    bound once."""

    title, package = "ONNX Runtime", "onnxruntime"

    @staticmethod
    def prepare(graph: Graph, stem: Path) -> None:
        write_onnx(graph, stem)

    def __init__(self, stem: Path, threads: int, setting: Setting) -> None:
        del setting
        import onnxruntime as ort

        options = ort.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        options.graph_optimization_level = ort.GraphOptimizationLevel.ORT_ENABLE_ALL
        path = stem.with_suffix(".onnx")
        self.session = ort.InferenceSession(path, options, providers=["CPUExecutionProvider"])
        self.binding = self.session.io_binding()

    def feed(self, picture: Array, vectors: Vectors) -> None:
        picture_input = self.session.get_inputs()[0]
        self.binding.bind_cpu_input(picture_input.name, to_nchw(picture))
        for name, values in vectors.items():
            self.binding.bind_cpu_input(name, values)
        output = self.session.get_outputs()[0]
        self.result = np.empty(output.shape, np.float32)
        address = self.result.ctypes.data
        self.binding.bind_output(output.name, "cpu", 0, np.float32, output.shape, address)

    def infer(self) -> None:
        self.session.run_with_iobinding(self.binding)

    def output(self) -> Array:
        return from_nchw(self.result)


class Ncnn(Runtime):
    """ncnn with Winograd, sgemm and packed layout on (the defaults) and all 16-bit modes off."""

    title, package = "ncnn", "ncnn"

    @staticmethod
    def prepare(graph: Graph, stem: Path) -> None:
        from formats.ncnn_model import write_ncnn

        write_ncnn(graph, stem)

    def __init__(self, stem: Path, threads: int, setting: Setting) -> None:
        del setting
        import ncnn

        self.mat = ncnn.Mat
        self.net = ncnn.Net()
        options = self.net.opt
        options.num_threads = threads
        for word in ("bf16_packed", "bf16_storage", "fp16_arithmetic", "fp16_packed"):
            setattr(options, f"use_{word}", False)
        options.use_fp16_storage = False
        failed = self.net.load_param(str(stem.with_suffix(".param")))
        if failed or self.net.load_model(str(stem.with_suffix(".bin"))):
            raise RuntimeError(f"ncnn cannot load {stem}")

    def feed(self, picture: Array, vectors: Vectors) -> None:
        # ncnn.Mat borrows the array without keeping it alive
        self.arrays = [np.ascontiguousarray(picture.transpose(2, 0, 1))]
        self.arrays += [np.ascontiguousarray(v[:, None, None]) for v in vectors.values()]
        self.mats = [self.mat(array) for array in self.arrays]
        self.names = [self.net.input_names()[0], *vectors]

    def infer(self) -> None:
        self.extractor = self.net.create_extractor()
        for name, mat in zip(self.names, self.mats, strict=True):
            self.extractor.input(name, mat)
        failed, self.result = self.extractor.extract(self.net.output_names()[0])
        if failed:
            raise RuntimeError("ncnn cannot run the network")

    def output(self) -> Array:
        return np.array(self.result).transpose(1, 2, 0)


class LiteRt(Runtime):
    """LiteRT, TensorFlow Lite's successor. XNNPACK is its default on CPUs."""

    title, package = "LiteRT (XNNPACK)", "ai-edge-litert"

    @staticmethod
    def prepare(graph: Graph, stem: Path) -> None:
        from formats.tflite_model import to_tflite

        stem.with_suffix(".tflite").write_bytes(to_tflite(graph))

    def __init__(self, stem: Path, threads: int, setting: Setting) -> None:
        del setting
        from ai_edge_litert.interpreter import Interpreter

        path = str(stem.with_suffix(".tflite"))
        self.interpreter = Interpreter(model_path=path, num_threads=threads)
        self.interpreter.allocate_tensors()
        self.result = self.interpreter.tensor(self.interpreter.get_output_details()[0]["index"])

    def feed(self, picture: Array, vectors: Vectors) -> None:
        details = self.interpreter.get_input_details()
        values = [picture[None], *(v[None, None, None] for v in vectors.values())]
        for detail, value in zip(details, values, strict=True):
            self.interpreter.set_tensor(detail["index"], value)

    def infer(self) -> None:
        self.interpreter.invoke()

    def output(self) -> Array:
        return self.result()[0].copy()


class PyTorch(Runtime):
    """PyTorch, channels last, inference mode: eager, traced and frozen, or compiled and frozen."""

    title, package = "PyTorch", "torch"
    words = ("trace", "compile", AVX2)
    candidates = tuple(
        frozenset(way + isa) for isa in ((), (AVX2,)) for way in ((), ("trace",), ("compile",))
    )

    @staticmethod
    def prepare(graph: Graph, stem: Path) -> None:
        stem.with_suffix(".pickle").write_bytes(pickle.dumps(graph))

    def __init__(self, stem: Path, threads: int, setting: Setting) -> None:
        import torch

        from formats.torch_module import Network

        torch.set_num_threads(threads)
        self.torch, self.setting = torch, setting
        graph = pickle.loads(stem.with_suffix(".pickle").read_bytes())
        self.module: Any = Network(graph).to(memory_format=torch.channels_last)  # type: ignore[call-overload]

    def feed(self, picture: Array, vectors: Vectors) -> None:
        torch = self.torch
        x = torch.from_numpy(to_nchw(picture)).to(memory_format=torch.channels_last)
        self.inputs = (x, *(torch.from_numpy(values) for values in vectors.values()))
        if "trace" in self.setting:
            with torch.inference_mode():
                traced = torch.jit.trace(self.module, self.inputs, check_trace=False)
                self.module = torch.jit.freeze(traced)
        elif "compile" in self.setting:
            options = {"freezing": True}
            self.module = torch.compile(self.module, dynamic=False, options=options)

    def infer(self) -> None:
        with self.torch.inference_mode():
            self.result = self.module(*self.inputs)

    def output(self) -> Array:
        return from_nchw(self.result.contiguous().numpy())


RUNTIMES: dict[str, type[Runtime]] = {
    "openvino": OpenVino,
    "onnxruntime": OnnxRuntime,
    "ncnn": Ncnn,
    "litert": LiteRt,
    "pytorch": PyTorch,
}


@dataclass(frozen=True)
class Contestant:
    """A runtime with a setting."""

    runtime: str
    setting: Setting = frozenset()

    @property
    def kind(self) -> type[Runtime]:
        return RUNTIMES[self.runtime]

    @property
    def setting_name(self) -> str:
        return "+".join(word for word in self.kind.words if word in self.setting) or "default"

    def environment(self) -> dict[str, str]:
        return LIMIT_TO_AVX2 if AVX2 in self.setting else {}


def parse_setting(name: str) -> Setting:
    return frozenset() if name == "default" else frozenset(name.split("+"))
