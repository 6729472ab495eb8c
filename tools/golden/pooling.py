from torch import nn
from torch.nn import functional as F
from recording import Recorder, indices, wave

recorder = Recorder("pooling")
record = recorder.record

record("MaxPool1d", nn.MaxPool1d(3, stride=2, padding=1), wave(2, 2, 7))
record("MaxPool1d, ceil mode", nn.MaxPool1d(3, stride=3, padding=1, ceil_mode=True, return_indices=True), wave(1, 2, 8))
record("MaxPool2d", nn.MaxPool2d((3, 2), stride=(2, 1), padding=(1, 1), return_indices=True), wave(2, 2, 5, 4))
record("MaxPool2d, ceil mode", nn.MaxPool2d(3, stride=(3, 2), ceil_mode=True, return_indices=True), wave(1, 2, 4, 6))
record(
    "MaxPool2d, dilated",
    nn.MaxPool2d((3, 2), stride=(1, 2), padding=(1, 0), dilation=(2, 3), return_indices=True),
    wave(1, 2, 7, 8),
)
record(
    "MaxPool2d, dilated, ceil mode",
    nn.MaxPool2d(2, stride=3, padding=1, dilation=(1, 3), ceil_mode=True, return_indices=True),
    wave(1, 1, 6, 6),
)
record("MaxPool3d", nn.MaxPool3d(2, stride=(1, 2, 1), padding=(1, 0, 1), return_indices=True), wave(1, 1, 3, 4, 2))
record("MaxPool3d, dilated", nn.MaxPool3d(2, stride=1, dilation=(2, 1, 1)), wave(1, 1, 3, 3, 2))

record("AvgPool1d", nn.AvgPool1d(3, stride=2, padding=1), wave(2, 2, 7))
for counted in (True, False):
    for ceil in (True, False):
        record(
            f"AvgPool2d, padding {'counted' if counted else 'left out'}{', ceil mode' if ceil else ''}",
            nn.AvgPool2d((3, 2), stride=(2, 3), padding=(1, 1), count_include_pad=counted, ceil_mode=ceil),
            wave(1, 2, 6, 6),
        )
record("AvgPool2d, divisor", nn.AvgPool2d(2, padding=1, divisor_override=3), wave(1, 1, 4, 3))
record("AvgPool3d", nn.AvgPool3d((2, 1, 2), stride=2, ceil_mode=True), wave(1, 2, 3, 3, 3))
record("AvgPool3d, divisor", nn.AvgPool3d(2, stride=1, divisor_override=5), wave(1, 1, 2, 3, 2))

record("LPPool1d", nn.LPPool1d(2, 3, stride=2), wave(1, 2, 7))
record("LPPool2d, ceil mode", nn.LPPool2d(1.5, (2, 3), ceil_mode=True), 1.5 + wave(1, 1, 5, 4))

record("AdaptiveAvgPool1d", nn.AdaptiveAvgPool1d(3), wave(2, 2, 7))
record("AdaptiveAvgPool1d, longer", nn.AdaptiveAvgPool1d(5), wave(1, 2, 3))
record("AdaptiveAvgPool2d", nn.AdaptiveAvgPool2d((3, 2)), wave(1, 2, 7, 6))
record("AdaptiveAvgPool2d, as wide", nn.AdaptiveAvgPool2d((2, None)), wave(2, 4, 3))
record("AdaptiveAvgPool3d", nn.AdaptiveAvgPool3d((1, 2, 3)), wave(1, 1, 2, 3, 4))
record("AdaptiveMaxPool1d", nn.AdaptiveMaxPool1d(3, return_indices=True), wave(2, 2, 8))
record("AdaptiveMaxPool2d", nn.AdaptiveMaxPool2d((3, 2), return_indices=True), wave(1, 2, 5, 6))
record("AdaptiveMaxPool3d", nn.AdaptiveMaxPool3d((2, 1, 2), return_indices=True), wave(1, 1, 3, 2, 3))

record("MaxUnpool1d", nn.MaxUnpool1d(2), wave(1, 1, 3), indices(1, 1, 3, below=6, factor=5))
record("MaxUnpool2d", nn.MaxUnpool2d(2, stride=2), wave(1, 2, 2, 2), indices(1, 2, 2, 2, below=16, factor=5))
record("MaxUnpool3d", nn.MaxUnpool3d((1, 2, 2)), wave(1, 1, 1, 2, 1), indices(1, 1, 1, 2, 1, below=8, factor=5))
record(
    "max_unpool2d, output size",
    lambda x, i: F.max_unpool2d(x, i, 2, output_size=(5, 5)),
    wave(1, 2, 2),
    indices(1, 2, 2, below=25),
)

recorder.write()
