import torch
from torch import nn
from recording import Recorder, wave

recorder = Recorder("rearrangement")
record = recorder.record

record("PixelShuffle", nn.PixelShuffle(2), wave(2, 8, 2, 3))
record("PixelUnshuffle", nn.PixelUnshuffle(3), wave(1, 3, 6))
# PyTorch 1.13 has no gradient of a channel shuffle.
with torch.no_grad():
    record("ChannelShuffle", lambda x: nn.ChannelShuffle(3)(x.detach()), wave(2, 6, 2))
record("Unfold", nn.Unfold((2, 3), dilation=(2, 1), padding=(1, 2), stride=(1, 2)), wave(2, 2, 4, 5))
record("Fold", nn.Fold((4, 5), (2, 3), dilation=(2, 1), padding=(1, 2), stride=(1, 2)), wave(2, 12, 16))
record("Flatten", nn.Flatten(), wave(2, 3, 2))
record("Unflatten", nn.Unflatten(1, (2, 3)), wave(2, 6, 2))

recorder.write()
