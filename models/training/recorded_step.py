"""Records a training step once as a CUDA graph and replays it: one launch instead of a thousand."""
import torch

WARM_UP = 3  # runs before recording, in which everything is compiled or chosen by trial


class RecordedStep:
    """Replays `step(**inputs)`, which returns a dict of tensors and leaves gradients in
    `parameters`.

    A call copies the inputs to the tensors that the recorded step reads. The next call overwrites
    the returned values.
    """

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
