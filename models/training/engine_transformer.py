"""Paints with NST itself, which computes T seven times as fast as PyTorch does on a processor.

It needs the shared library: `cmake --preset shared && cmake --build build/shared --target nst`.
"""
import ctypes as c

import torch

F32, RGB, PLANAR = 1, 0, 3  # nst_sample_type, nst_pixel_format


class Image(c.Structure):
    _fields_ = [("data", c.c_void_p), ("width", c.c_int), ("height", c.c_int), ("channels", c.c_int),
                ("type", c.c_int), ("row_stride_bytes", c.c_ssize_t), ("format", c.c_int),
                ("plane_stride_bytes", c.c_ssize_t)]


class PaintOptions(c.Structure):
    """The first members of nst_paint_options. The library takes the defaults for the others."""
    _fields_ = [("struct_size", c.c_size_t), ("shorter_side", c.c_int), ("width", c.c_int), ("height", c.c_int),
                ("resize", c.c_int), ("style", c.c_void_p), ("own_style", c.c_void_p), ("strength", c.c_float),
                ("background", c.c_ubyte * 3), ("alpha", c.c_int), ("quantise", c.c_int), ("raw", c.c_int),
                ("any_style_space", c.c_int), ("content_name", c.c_char_p), ("type", c.c_int), ("brush", c.c_int)]


class RunSettings(c.Structure):
    _fields_ = [("struct_size", c.c_size_t), ("threads", c.c_int)]


class EngineTransformer:
    """The transformer of a model file. It is called like a network of networks.py, without
    gradients."""

    def __init__(self, library, model, threads=1):
        self.nst = c.CDLL(str(library))
        self.nst.nst_last_error.restype = c.c_char_p
        handle, self.painter = c.c_void_p(), c.c_void_p()
        self._call("nst_model_open", str(model).encode(), c.byref(handle))
        options = PaintOptions(struct_size=c.sizeof(PaintOptions), strength=1, raw=1, any_style_space=1)
        self._call("nst_painter_create", handle, c.byref(options), c.byref(self.painter))
        self.nst.nst_model_free(handle)
        self.run = RunSettings(c.sizeof(RunSettings), threads)

    def _call(self, name, *arguments):
        if getattr(self.nst, name)(*arguments) != 0:
            raise RuntimeError(self.nst.nst_last_error().decode())

    def __call__(self, x, vectors):
        """Returns the paintings [n,3,h,w] of pictures [n,3,h,w] in [0,1] with `vectors` [n,100].
        The sides h and w are multiples of 4."""
        painted = torch.empty(len(x), x.shape[2], x.shape[3], 3)
        for picture, vector, result in zip(x.contiguous(), vectors.contiguous(), painted):
            _, height, width = picture.shape
            content = Image(picture.data_ptr(), width, height, 3, F32, 0, PLANAR, 0)
            self._call("nst_painter_set_content", self.painter, c.byref(content), c.byref(self.run))
            style = c.c_void_p()
            self._call("nst_style_create", c.cast(vector.data_ptr(), c.POINTER(c.c_float)), c.c_size_t(len(vector)),
                       None, c.byref(style))
            target = Image(result.data_ptr(), width, height, 3, F32, 0, RGB, 0)
            self._call("nst_painter_paint_into", self.painter, style, c.byref(self.run), c.byref(target))
            self.nst.nst_style_free(style)
        return painted.permute(0, 3, 1, 2)
