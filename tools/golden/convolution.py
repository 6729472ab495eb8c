from torch import nn
from recording import Recorder, wave

recorder = Recorder("convolution")
record = recorder.record

record("Conv2d", nn.Conv2d(2, 3, 3, stride=2, padding=1), wave(2, 2, 5, 6))
record("Conv2d without batch, dilated, in groups", nn.Conv2d(4, 6, (2, 3), dilation=(2, 1), groups=2), wave(4, 6, 7))

recorder.write()
