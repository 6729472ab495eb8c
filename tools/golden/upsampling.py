from torch import nn
from torch.nn import functional as F
from recording import Recorder, wave

recorder = Recorder("upsampling")
record = recorder.record

signal, image, volume = wave(2, 1, 5), wave(1, 2, 3, 4), wave(1, 1, 2, 3, 2)

record("Upsample", nn.Upsample(scale_factor=2), image)
record("Upsample, bilinear", nn.Upsample(size=(5, 3), mode="bilinear", align_corners=True), image)


def interpolated(name, x, **options):
    record(name, lambda x: F.interpolate(x, **options), x)


interpolated("nearest, to a size", signal, size=7)
interpolated("nearest, smaller", image, size=(2, 3))
interpolated("nearest, by a fraction", image, scale_factor=(1.5, 0.6))
interpolated("nearest, of a volume", volume, scale_factor=(2, 1, 3))
interpolated("nearest-exact", image, size=(5, 2), mode="nearest-exact")
interpolated("nearest-exact, by a fraction", signal, scale_factor=2.5, mode="nearest-exact")
for aligned in (False, True):
    corners = ", corners aligned" if aligned else ""
    interpolated(f"linear{corners}", signal, size=8, mode="linear", align_corners=aligned)
    interpolated(f"linear, smaller{corners}", signal, size=3, mode="linear", align_corners=aligned)
    interpolated(f"linear, to one{corners}", signal, size=1, mode="linear", align_corners=aligned)
    interpolated(f"bilinear{corners}", image, scale_factor=(1.7, 2), mode="bilinear", align_corners=aligned)
    interpolated(f"trilinear{corners}", volume, size=(3, 2, 4), mode="trilinear", align_corners=aligned)
    interpolated(f"bicubic{corners}", image, size=(5, 6), mode="bicubic", align_corners=aligned)
    interpolated(f"bicubic, smaller{corners}", wave(1, 1, 6, 5), size=(2, 3), mode="bicubic", align_corners=aligned)
interpolated("linear, by a fraction to the same size", signal, scale_factor=1.1, mode="linear")
interpolated("bicubic, by fractions", image, scale_factor=(1.1, 1.6), mode="bicubic")
interpolated(
    "linear, factor recomputed", signal, scale_factor=1.7, mode="linear", recompute_scale_factor=True
)
interpolated("area", image, size=(2, 3), mode="area")

recorder.write()
