"""The two networks in PyTorch, of any width, with TensorFlow's layer names as module names.

The teacher and the students share one definition. The teacher is the published mobile pair (width
1.0, batch norm folded). A student is smaller and starts from random weights. The layers are those
of engine/networks/{mobilenet_v2,transformer}.cpp.
"""
import torch
import torch.nn as nn
import torch.nn.functional as F

BOTTLENECK = 100

# MobileNetV2's blocks: (expansion, channels, repeats, stride), Sandler et al. 2018, table 2.
BLOCKS = ((1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2),
          (6, 320, 1, 1))


def same_padding(size, kernel, stride):
    """Returns (before, after) of TensorFlow's SAME padding, which puts an odd pixel at the far
    side."""
    total = max((-(-size // stride) - 1) * stride + kernel - size, 0)
    return total // 2, total - total // 2


class ConvNorm(nn.Module):
    """Convolution with SAME padding, then batch norm (eps 1e-3) and relu6. With `folded`, a bias
    replaces the batch norm."""

    def __init__(self, inputs, outputs, kernel=1, stride=1, depthwise=False, activate=True, folded=False):
        super().__init__()
        groups = inputs if depthwise else 1
        self.conv = nn.Conv2d(inputs, outputs, kernel, stride, groups=groups, bias=folded)
        self.norm = nn.Identity() if folded else nn.BatchNorm2d(outputs, eps=1e-3, momentum=0.02)
        self.kernel, self.stride, self.depthwise, self.activate = kernel, stride, depthwise, activate
        fan_in = inputs // groups * kernel * kernel
        nn.init.normal_(self.conv.weight, 0.0, (2.0 / fan_in) ** 0.5)

    def forward(self, x):
        if self.kernel > 1:
            top, bottom = same_padding(x.shape[2], self.kernel, self.stride)
            left, right = same_padding(x.shape[3], self.kernel, self.stride)
            if top == bottom == left == right:
                x = F.conv2d(x, self.conv.weight, self.conv.bias, self.stride, top, 1, self.conv.groups)
            else:
                x = self.conv(F.pad(x, (left, right, top, bottom)))
        else:
            x = self.conv(x)
        x = self.norm(x)
        return F.relu6(x) if self.activate else x

    def folded_weights(self):
        """Returns weight and bias with the batch norm's moving statistics folded in."""
        if isinstance(self.norm, nn.Identity):
            return self.conv.weight, self.conv.bias
        scale = self.norm.weight / torch.sqrt(self.norm.running_var + self.norm.eps)
        return self.conv.weight * scale[:, None, None, None], self.norm.bias - self.norm.running_mean * scale


class Predictor(nn.Module):
    """MobileNetV2 to layer_19, mean, 1×1 convolution to the bottleneck: [n,3,h,w] in [0,1] →
    [n,100]."""

    def __init__(self, width=0.5, last=640, folded=False):
        super().__init__()
        rounded = lambda c: max(8, int(c * width + 4) // 8 * 8)
        channels = rounded(32)
        self.stem = ConvNorm(3, channels, 3, 2, folded=folded)
        self.blocks = nn.ModuleList()
        for expansion, outputs, repeats, stride in BLOCKS:
            for i in range(repeats):
                self.blocks.append(InvertedResidual(channels, rounded(outputs), expansion,
                                                    stride if i == 0 else 1, folded))
                channels = rounded(outputs)
        self.top = ConvNorm(channels, last, folded=folded)
        self.head = nn.Linear(last, BOTTLENECK)
        nn.init.normal_(self.head.weight, 0.0, last ** -0.5)
        nn.init.zeros_(self.head.bias)

    def forward(self, x):
        return self.features(x, 0)[1]

    def early(self, x, blocks):
        """Returns the outputs of the first `blocks` blocks. Later blocks are not computed."""
        x, outputs = self.stem(x), []
        for block in self.blocks[:blocks]:
            x = block(x)
            outputs.append(x)
        return outputs

    def features(self, x, blocks):
        """Returns the outputs of the first `blocks` blocks (linear projections, strides 2 to 8),
        and the bottleneck."""
        x, early = self.stem(x), []
        for i, block in enumerate(self.blocks):
            x = block(x)
            if i < blocks:
                early.append(x)
        return early, self.head(self.top(x).mean((2, 3)))

    def top_means(self, x):
        """Returns the head's input: [n,last]."""
        x = self.stem(x)
        for block in self.blocks:
            x = block(x)
        return self.top(x).mean((2, 3))

    def widen_from(self, narrower):
        """Copies the weights of a predictor with fewer channels and an equal last layer.

        The new channels have random weights, and the copied channels do not read them yet. In eval
        mode the answers stay the same.
        """
        for (_, mine), (_, theirs) in zip(self.named_convs(), narrower.named_convs()):
            outputs, inputs = theirs.conv.weight.shape[:2]
            mine.conv.weight.data[:outputs, inputs:] = 0
            mine.conv.weight.data[:outputs, :inputs] = theirs.conv.weight.data
            for own, value in zip((*mine.norm.parameters(), mine.norm.running_mean, mine.norm.running_var),
                                  (*theirs.norm.parameters(), theirs.norm.running_mean, theirs.norm.running_var)):
                own.data[:outputs] = value.data
        self.head.load_state_dict(narrower.head.state_dict())

    def named_convs(self):
        """Yields (TensorFlow layer name, ConvNorm) of every convolution, in order."""
        yield "MobilenetV2/Conv", self.stem
        for i, block in enumerate(self.blocks):
            scope = "MobilenetV2/expanded_conv" + (f"_{i}" if i else "")
            for name, conv in block.named_children():
                yield f"{scope}/{name}", conv
        yield "MobilenetV2/Conv_1", self.top


class InvertedResidual(nn.Module):
    def __init__(self, inputs, outputs, expansion, stride, folded):
        super().__init__()
        hidden = inputs * expansion
        if expansion > 1:
            self.expand = ConvNorm(inputs, hidden, folded=folded)
        self.depthwise = ConvNorm(hidden, hidden, 3, stride, depthwise=True, folded=folded)
        self.project = ConvNorm(hidden, outputs, activate=False, folded=folded)
        self.residual = expansion > 1 and stride == 1 and inputs == outputs

    def forward(self, x):
        h = self.expand(x) if hasattr(self, "expand") else x
        h = self.project(self.depthwise(h))
        return x + h if self.residual else h


class Convolution(torch.autograd.Function):
    """A convolution without padding, as F.conv2d, whose weights' gradient is faster on a CPU.

    In channels_last that gradient takes oneDNN up to twice as long as in the plain layout. So the
    inputs are copied to the plain layout for it (student of 12/32/64 channels: a quarter of the backward pass)."""

    @staticmethod
    def forward(context, x, weight, bias, stride):
        context.save_for_backward(x, weight)
        context.stride = stride
        return F.conv2d(x, weight, bias, stride)

    @staticmethod
    def backward(context, gradient):
        x, weight = context.saved_tensors

        def differentiated(which, *tensors):
            return torch.ops.aten.convolution_backward(*tensors, None, context.stride, (0, 0), (1, 1), False, (0, 0), 1,
                                                       [wanted == which for wanted in ("x", "weight", "bias")])

        needs = context.needs_input_grad
        by_x = differentiated("x", gradient, x, weight)[0] if needs[0] else None
        plain = [t.contiguous() for t in (gradient, x, weight)]
        by_weight = differentiated("weight", *plain)[1] if needs[1] else None
        return by_x, by_weight, gradient.sum((0, 2, 3)) if needs[2] else None, None


class ReflectConv(nn.Module):
    def __init__(self, inputs, outputs, kernel, stride=1, bias=False):
        super().__init__()
        self.conv = nn.Conv2d(inputs, outputs, kernel, stride, bias=bias)
        nn.init.normal_(self.conv.weight, 0.0, (2.0 / (inputs * kernel * kernel)) ** 0.5)
        if bias:
            nn.init.zeros_(self.conv.bias)

    def forward(self, x):
        border = self.conv.kernel_size[0] // 2
        x = F.pad(x, (border,) * 4, mode="reflect")
        if x.device.type == "cpu" and torch.is_grad_enabled() and not torch.compiler.is_compiling():
            return Convolution.apply(x, self.conv.weight, self.conv.bias, self.conv.stride)
        return self.conv(x)


class StyledConv(nn.Module):
    """Reflect-padded convolution, then conditional instance norm, whose γ and β are affine in the
    bottleneck."""

    def __init__(self, inputs, outputs, kernel=3):
        super().__init__()
        self.conv = ReflectConv(inputs, outputs, kernel)
        self.gamma, self.beta = nn.Linear(BOTTLENECK, outputs), nn.Linear(BOTTLENECK, outputs)
        for layer, bias in ((self.gamma, 1.0), (self.beta, 0.0)):
            nn.init.normal_(layer.weight, 0.0, 0.03)
            nn.init.constant_(layer.bias, bias)

    def forward(self, x, z):
        x = self.conv(x).float()  # norms are in float32 even if convolutions are in half precision
        variance, mean = torch.var_mean(x, (2, 3), correction=0, keepdim=True)
        scale = torch.rsqrt(variance + 1e-5) * self.gamma(z)[:, :, None, None]
        return (x - mean) * scale + self.beta(z)[:, :, None, None]


class Transformer(nn.Module):
    """Maps a content [n,3,h,w] in [0,1] and a bottleneck [n,100] to a picture [n,3,h,w]. Sides are
    multiples of 4."""

    def __init__(self, channels=(8, 16, 32)):
        super().__init__()
        a, b, c = channels
        self.contract = nn.ModuleList([ReflectConv(3, a, 9, 1, True), ReflectConv(a, b, 3, 2, True),
                                       ReflectConv(b, c, 3, 2, True)])
        self.residual = nn.ModuleList([StyledConv(c, c) for _ in range(10)])
        self.expand = nn.ModuleList([StyledConv(c, b), StyledConv(b, a), StyledConv(a, 3, 9)])

    def forward(self, x, z):
        return self.expanded(self.contracted(x), z)

    def contracted(self, x):
        """Returns the part that does not depend on the bottleneck: [n,c,h/4,w/4]."""
        for conv in self.contract:
            x = F.relu(conv(x))
        return x

    def expanded(self, x, z):
        """Returns the picture of `contracted`'s result `x`."""
        for first, second in zip(self.residual[::2], self.residual[1::2]):
            x = x + second(F.relu(first(x, z)), z)
        for conv in self.expand[:2]:
            x = F.relu(conv(F.interpolate(x, scale_factor=2, mode="nearest"), z))
        return torch.sigmoid(self.expand[2](x, z))

    def named_styled(self):
        """Yields (TensorFlow layer name below transformer/, StyledConv) of the 13 normalised
        convolutions."""
        for i, conv in enumerate(self.residual):
            yield f"residual/residual{i // 2 + 1}/conv{i % 2 + 1}", conv
        for i, conv in enumerate(self.expand):
            yield f"expand/conv{i + 1}/conv", conv

    def style_parameters(self, z):
        """Returns all γ and β of a bottleneck side by side: [n, 2·ΣC]."""
        return torch.cat([torch.cat([conv.gamma(z), conv.beta(z)], 1) for _, conv in self.named_styled()], 1)
