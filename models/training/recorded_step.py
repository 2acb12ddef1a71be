"""A training step recorded once as a CUDA graph and replayed: one launch in place of a thousand."""
import torch

WARM_UP = 3  # runs before recording: what is compiled or chosen by trial has to be done by then


class RecordedStep:
    """`step(**inputs)` → dict of tensors; it leaves gradients in `parameters`. Calling this copies the inputs to
    where the recorded step reads them. Values returned are overwritten by the next call."""

    def __init__(self, step, parameters, inputs):
        self.parameters = list(parameters)
        self.inputs = {name: value.clone(memory_format=torch.preserve_format) for name, value in inputs.items()}
        aside = torch.cuda.Stream()
        aside.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(aside):
            for _ in range(WARM_UP):
                self._forget()
                step(**self.inputs)
        torch.cuda.current_stream().wait_stream(aside)
        self._forget()
        self.graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(self.graph):
            self.outputs = step(**self.inputs)
        self.gradients = [parameter.grad for parameter in self.parameters]

    def _forget(self):
        for parameter in self.parameters:
            parameter.grad = None

    def __call__(self, **inputs):
        for name, value in inputs.items():
            self.inputs[name].copy_(value)
        self.graph.replay()
        for parameter, gradient in zip(self.parameters, self.gradients):
            parameter.grad = gradient
        return self.outputs
