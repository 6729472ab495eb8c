from torch import nn
from torch.nn import functional as F
from recording import Recorder, wave

recorder = Recorder("convolution")
record = recorder.record

record("Conv2d", nn.Conv2d(2, 3, 3, stride=2, padding=1), wave(2, 2, 5, 6))
record("Conv2d without batch, dilated, in groups", nn.Conv2d(4, 6, (2, 3), dilation=(2, 1), groups=2), wave(4, 6, 7))
record("Conv2d, padding same", nn.Conv2d(1, 2, (2, 3), padding="same", bias=False), wave(1, 1, 4, 4))
record("Conv1d", nn.Conv1d(2, 3, 3, stride=2, padding=2, dilation=2), wave(2, 2, 7))
record("Conv3d", nn.Conv3d(2, 2, (2, 1, 2), stride=(1, 2, 1), padding=(1, 0, 1), groups=2), wave(1, 2, 3, 3, 2))
for mode in ("reflect", "replicate", "circular"):
    record(f"Conv1d, padding mode {mode}", nn.Conv1d(1, 2, 4, padding="same", padding_mode=mode), wave(2, 1, 5))
    record(
        f"Conv2d, padding mode {mode}",
        nn.Conv2d(1, 1, 3, stride=(1, 2), padding=(1, 2), padding_mode=mode),
        wave(1, 1, 3, 4),
    )
record("Conv3d, padding mode reflect", nn.Conv3d(1, 1, 2, padding=1, padding_mode="reflect"), wave(1, 1, 2, 2, 3))

record(
    "conv1d",
    lambda x, w, b: F.conv1d(x, w, b, stride=2, padding=1, dilation=2, groups=2),
    wave(1, 4, 8),
    wave(2, 2, 3, phase=1.0),
    wave(2, phase=2.0),
)
record("conv2d", lambda x, w: F.conv2d(x, w, padding="same"), wave(1, 1, 3, 4), wave(2, 1, 2, 2, phase=1.0))
record(
    "conv3d",
    lambda x, w, b: F.conv3d(x, w, b, dilation=(1, 2, 1)),
    wave(1, 1, 2, 3, 2),
    wave(2, 1, 2, 2, 1, phase=1.0),
    wave(2, phase=2.0),
)

record("ConvTranspose1d", nn.ConvTranspose1d(2, 3, 3, stride=2, padding=1, output_padding=1), wave(2, 2, 4))
record(
    "ConvTranspose2d",
    nn.ConvTranspose2d(2, 4, (3, 2), stride=(2, 3), padding=(1, 0), output_padding=(1, 2), groups=2),
    wave(1, 2, 3, 2),
)
record(
    "ConvTranspose2d without batch, dilated",
    nn.ConvTranspose2d(2, 1, 2, dilation=(2, 3), padding=1, bias=False),
    wave(2, 2, 3),
)
record("ConvTranspose3d", nn.ConvTranspose3d(1, 2, 2, stride=(1, 2, 2), padding=(0, 1, 0)), wave(1, 1, 2, 2, 2))

sized = nn.ConvTranspose2d(1, 2, 3, stride=3, padding=1)
record("ConvTranspose2d, output size", lambda x: sized(x, output_size=(9, 8)), wave(1, 1, 3, 3), module=sized)

# Output padding up to the dilation, which may be more than the stride: less than the padding, and more.
for padding in (2, 1, 0):
    record(
        f"conv_transpose1d, output padding 3 of dilation 4, padding {padding}",
        lambda x, w, b, padding=padding: F.conv_transpose1d(
            x, w, b, stride=2, padding=padding, output_padding=3, dilation=4
        ),
        wave(1, 2, 3),
        wave(2, 1, 2, phase=1.0),
        wave(1, phase=2.0),
    )

recorder.write()
