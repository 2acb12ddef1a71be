"""Losses and measures of the difference between the student's and the teacher's answers."""
import torch
import torch.nn.functional as F

WINDOW = 8
WEIGHTS = {"l1": 1.0, "gradient": 0.5, "coarse": 1.0, "ssim": 2.0, "laplacian": 0.5, "perceptual": 0.25,
           "seen": 1.0}
FEATURE_BLOCKS = 4


def _windows(x, stride):
    return F.avg_pool2d(x, WINDOW, stride)


def ssim(a, b, stride=4):
    """Returns the mean structural similarity over 8×8 windows (Wang et al. 2004; k1 = 0.01, k2 =
    0.03)."""
    ma, mb = _windows(a, stride), _windows(b, stride)
    va, vb = _windows(a * a, stride) - ma * ma, _windows(b * b, stride) - mb * mb
    covariance = _windows(a * b, stride) - ma * mb
    similarity = (2 * ma * mb + 1e-4) * (2 * covariance + 9e-4) / (
        (ma * ma + mb * mb + 1e-4) * (va + vb + 9e-4))
    return similarity.mean((1, 2, 3))


def psnr(a, b):
    return -10 * torch.log10((a - b).square().mean((1, 2, 3)))


def laplacian_rms(x):
    """Returns the sharpness of each image and channel: the root mean square of the 4-neighbour
    Laplacian."""
    inner = 4 * x[..., 1:-1, 1:-1]
    inner = inner - x[..., :-2, 1:-1] - x[..., 2:, 1:-1] - x[..., 1:-1, :-2] - x[..., 1:-1, 2:]
    return (inner.square().mean((2, 3)) + 1e-6).sqrt()


def gradient_l1(a, b):
    d = a - b
    return (d[..., 1:] - d[..., :-1]).abs().mean() + (d[..., 1:, :] - d[..., :-1, :]).abs().mean()


def _spread(x):
    centred = x - x.mean((2, 3), keepdim=True)
    return (centred.square().mean((2, 3)) + 1e-4).sqrt()


def perceptual(student_features, teacher_features):
    """Returns the difference of activations and of their spread in each channel, in units of the
    teacher's standard deviation.

    L1 alone averages textures away. The spread demands their strength.
    """
    total = 0.0
    for a, b in zip(student_features, teacher_features):
        unit = b.std() + 1e-3
        total = total + ((a - b).abs().mean() + (_spread(a) - _spread(b)).abs().mean()) / unit
    return total / len(student_features)


def texture(student_features, teacher_features):
    """Returns the difference of the Gram matrices over positions, relative to the teacher's.

    It compares how textures look and not where they lie. So it does not ask for the mean of
    textures that could lie anywhere, as a comparison by position does.
    """
    total = 0.0
    for a, b in zip(student_features, teacher_features):
        centre = b.mean((2, 3), keepdim=True)  # without it, the means are nearly all of the matrix
        rows = [(x - centre).flatten(2) for x in (a, b)]
        grams = [r @ r.transpose(1, 2) / r.shape[2] for r in rows]
        norm = grams[1].flatten(1).norm(dim=1) + 1e-3
        total = total + ((grams[0] - grams[1]).flatten(1).norm(dim=1) / norm).mean()
    return total / len(student_features)


def picture_losses(student, teacher):
    """Returns the terms of the transformer's loss that need no other network, by name."""
    coarse = (F.avg_pool2d(student, 8) - F.avg_pool2d(teacher, 8)).abs().mean()
    return {
        "l1": (student - teacher).abs().mean(),
        "gradient": gradient_l1(student, teacher),
        "coarse": coarse,
        "ssim": 1 - ssim(student, teacher).mean(),
        "laplacian": (laplacian_rms(student) - laplacian_rms(teacher)).abs().mean(),
    }


class PictureLoss:
    """Computes all weighted terms except the bottleneck's. The costly terms, through the teacher's
    predictor, are optional."""

    def __init__(self, predictor, unit):
        self.predictor, self.unit = predictor, unit

    def __call__(self, answer, expected, seen_too=True):
        terms = picture_losses(answer, expected)
        if seen_too:
            with torch.no_grad():
                features, seen = self.predictor.features(expected, FEATURE_BLOCKS)
            own_features, own_seen = self.predictor.features(answer, FEATURE_BLOCKS)
            terms["perceptual"] = perceptual(own_features, features)
            terms["seen"] = ((own_seen - seen) / self.unit).abs().mean()
        loss = sum(WEIGHTS[name] * value for name, value in terms.items())
        return {"loss": loss, "perceptual": float("nan"), "seen": float("nan"), **terms}


def relative_rms(a, b):
    """Returns the root mean square error over the standard deviation of the wanted values `b`."""
    return ((a - b).square().mean().sqrt() / b.std()).item()
