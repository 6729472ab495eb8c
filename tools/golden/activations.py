import torch
from torch import nn
from recording import Recorder, wave

recorder = Recorder("activations")
record = recorder.record

# Kinks and bounds, and what is far out.
points = torch.tensor([-1e4, -100, -21, -6, -3.5, -3, -1, -0.5, -0.25, 0, 0.25, 0.5, 1, 2, 3, 3.5, 6, 21, 100, 1e4])
# Hardswish of 1.13 has other gradients at ±3 than later versions.
inside = points[points.abs() != 3]

layers = {
    "ReLU": nn.ReLU(),
    "ReLU6": nn.ReLU6(),
    "LeakyReLU": nn.LeakyReLU(),
    "LeakyReLU, slope": nn.LeakyReLU(0.3),
    "RReLU in evaluation": nn.RReLU().eval(),
    "ELU": nn.ELU(),
    "ELU, alpha": nn.ELU(0.7),
    "CELU": nn.CELU(),
    "CELU, alpha": nn.CELU(0.7),
    "SELU": nn.SELU(),
    "GELU": nn.GELU(),
    "GELU by tanh": nn.GELU(approximate="tanh"),
    "SiLU": nn.SiLU(),
    "Mish": nn.Mish(),
    "Softplus": nn.Softplus(),
    "Softplus, beta": nn.Softplus(2.0, 5.0),
    "Softsign": nn.Softsign(),
    "Softshrink": nn.Softshrink(),
    "Softshrink, lambd": nn.Softshrink(0.25),
    "Hardshrink": nn.Hardshrink(),
    "Hardshrink, lambd": nn.Hardshrink(1.0),
    "Tanhshrink": nn.Tanhshrink(),
    "Threshold": nn.Threshold(0.25, -7.0),
    "Hardtanh": nn.Hardtanh(),
    "Hardtanh, bounds": nn.Hardtanh(-3.0, 0.5),
    "Hardsigmoid": nn.Hardsigmoid(),
    "Sigmoid": nn.Sigmoid(),
    "LogSigmoid": nn.LogSigmoid(),
    "Tanh": nn.Tanh(),
}
for name, layer in layers.items():
    record(name, layer, points)
record("Hardswish", nn.Hardswish(), inside)

record("PReLU", nn.PReLU(), wave(3, 4))
record("PReLU of channels", nn.PReLU(3), wave(2, 3, 2))
record("Softmax", nn.Softmax(dim=1), wave(3, 4, scale=5))
record("LogSoftmax", nn.LogSoftmax(dim=0), wave(3, 4, scale=5))
record("Softmin", nn.Softmin(dim=1), wave(3, 4, scale=5))
record("Softmax2d", nn.Softmax2d(), wave(2, 3, 2, 2))
record("Softmax2d without batch", nn.Softmax2d(), wave(3, 2, 2))
record("GLU", nn.GLU(), wave(3, 4))
record("GLU along 0", nn.GLU(0), wave(4, 3))

recorder.write()
