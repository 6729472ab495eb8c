from torch import nn
from torch.nn import functional as F
from recording import Recorder, wave

recorder = Recorder("padding")
record = recorder.record

record("pad, constant", lambda x: F.pad(x, (1, 2, 0, 1), value=0.5), wave(2, 3))
record("pad, constant, less than nothing", lambda x: F.pad(x, (-1, 2, 1, -2), value=0.5), wave(1, 3, 4))
record("pad, reflect", lambda x: F.pad(x, (2, 1, 0, 2), mode="reflect"), wave(1, 2, 3, 4))
record("pad, replicate", lambda x: F.pad(x, (2, 5, 1, 0), mode="replicate"), wave(1, 2, 2, 3))
record("pad, circular", lambda x: F.pad(x, (2, 3, 0, 1), mode="circular"), wave(1, 2, 2, 3))
record("pad, circular, less than nothing", lambda x: F.pad(x, (-1, 2), mode="circular"), wave(1, 1, 3))

signal, image, volume = wave(1, 2, 4), wave(1, 1, 3, 4), wave(1, 1, 2, 3, 2)

record("ConstantPad1d", nn.ConstantPad1d((1, 2), 3.5), signal)
record("ConstantPad2d", nn.ConstantPad2d(1, -2.0), image)
record("ConstantPad3d", nn.ConstantPad3d((0, 1, 1, 0, 2, 0), 1.0), volume)
record("ZeroPad2d", nn.ZeroPad2d((1, 0, -1, 2)), image)
record("ReflectionPad1d", nn.ReflectionPad1d((3, 1)), signal)
record("ReflectionPad2d", nn.ReflectionPad2d((3, 1, 0, 2)), image)
record("ReflectionPad3d", nn.ReflectionPad3d((1, 0, 2, 1, 1, 1)), volume)
record("ReplicationPad1d", nn.ReplicationPad1d(2), signal)
record("ReplicationPad2d", nn.ReplicationPad2d((0, 4, 1, 2)), image)
record("ReplicationPad3d", nn.ReplicationPad3d(1), volume)

recorder.write()
