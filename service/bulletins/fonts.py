"""The fonts that official Chinese documents name, and the free ones that may stand in for each where it is missing."""

from dataclasses import dataclass
from functools import cache

from words import rows_of

# role -> the family that official documents name, and, separated by ";", those that may stand in for it, free ones last
FONTS = {row["role"]: row for row in rows_of("fonts.csv")}
LATIN = "Times New Roman"
CHINESE_PICTURES = ("Noto Sans CJK SC", "Source Han Sans SC", "SimHei", "Microsoft YaHei", "PingFang SC", "STHeiti")
CHINESE_PICTURES += ("Heiti SC", "WenQuanYi Micro Hei", "WenQuanYi Zen Hei", "Noto Serif CJK SC", "SimSun")
PROBE = (0x4F4D, 0x6B21, 0x5B89, 0x5168, 0x3001, 0xFF0C)  # signs that Chinese words of this kind need


@dataclass(frozen=True)
class PictureFont:
    """The font of pictures: its family and file; chinese: whether it has the signs that Chinese words need."""

    family: str
    file: str
    chinese: bool


@cache
def picture_font() -> PictureFont:
    """A font of this machine with Chinese signs; where none is there, the one that comes with the drawing library."""
    from matplotlib import font_manager

    by_family = {font.name: font for font in font_manager.fontManager.ttflist if int(font.weight) <= 500}
    for family in CHINESE_PICTURES:
        if family in by_family:
            return PictureFont(family, by_family[family].fname, chinese=True)
    for family, font in sorted(by_family.items()):
        signs = font_manager.get_font(font.fname).get_charmap()
        if all(sign in signs for sign in PROBE):
            return PictureFont(family, font.fname, chinese=True)
    return PictureFont("DejaVu Sans", font_manager.findfont("DejaVu Sans"), chinese=False)
