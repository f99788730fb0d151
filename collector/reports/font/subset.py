"""Makes NotoSansSC-Regular.ttf, which stands beside this file; NOTICE.md says from what.

    subset.py NotoSansSC_400Regular.ttf Unihan_OtherMappings.txt.bz2 NotoSansSC-Regular.ttf
"""

import bz2
import re
import sys

from fontTools import subset

source, unihan, result = sys.argv[1:]
letters = set(range(0x20, 0x7F)) | set(range(0xA0, 0x100))
for high in range(0xA1, 0xF8):
    for low in range(0xA1, 0xFF):
        try:
            letters.add(ord(bytes([high, low]).decode("gb2312")))
        except UnicodeDecodeError:
            pass
for line in bz2.open(unihan, "rt"):
    known = re.match(r"U\+([0-9A-F]+)\tkTGH\t", line)
    if known:
        letters.add(int(known.group(1), 16))
letters |= set(map(ord, "–—‘’“”•…‰€™←↑→↓−≈≠≤≥✓✗℃Ω㎡□■【】《》〔〕"))
# No layout tables: a report needs no alternates and no vertical writing, and lines are set much quicker without them.
subset.main(
    [
        source,
        "--unicodes=" + ",".join(f"{letter:X}" for letter in sorted(letters)),
        "--output-file=" + result,
        "--layout-features=",
        "--no-hinting",
        "--notdef-outline",
        "--name-IDs=0,1,2,3,4,5,6,13,14",
        "--drop-tables+=GSUB,GPOS,GDEF,BASE,DSIG,gasp,vhea,vmtx,VORG,STAT",
    ]
)
