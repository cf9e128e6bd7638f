"""Names in zips: many do not say in which code page their names are written.

A name is UTF-8 if its flag says so, or if it has Info-ZIP's Unicode extra field. macOS writes
UTF-8 and sets no flag. Windows writes the code page of its language. It is guessed from how usual
the letters are that each code page makes of all names together.
"""

from __future__ import annotations

import re
import struct
import unicodedata
import zlib
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import zipfile
    from collections.abc import Callable, Iterable

_UTF8_FLAG = 0x800
_UNICODE_PATH = 0x7075
# Enough to guess from, and quick.
_SAMPLE = 400
_LEAST = 0.1


@dataclass(frozen=True)
class _Page:
    """A code page: the language it is for, and how usual a text in it is, about −1 to 1."""

    codec: str
    language: str
    score: Callable[[str], float]


def zip_names(infos: list[zipfile.ZipInfo]) -> tuple[list[str], str]:
    """The names of a zip's entries; what separates folders is left as it is.

    Args:
        infos: What ``ZipFile.infolist`` gives.

    Returns:
        The names, and a sentence for people if they had to be guessed; else an empty text.
    """
    known = [_known_name(info) for info in infos]
    raw = [_raw_name(info) for info in infos]
    doubtful = [name for name, found in zip(raw, known, strict=True) if found is None]
    # Not at a backslash: in Japanese and Chinese code pages it may be half of a letter.
    codec, remark = _guess({part for name in doubtful for part in re.split(rb"[/.]", name)})
    names = [
        name.decode(codec, "replace") if found is None else found
        for name, found in zip(raw, known, strict=True)
    ]
    return names, remark


def _known_name(info: zipfile.ZipInfo) -> str | None:
    if info.flag_bits & _UTF8_FLAG:
        return info.filename
    ascii_name = info.filename if info.orig_filename.isascii() else None
    return _unicode_path(info.extra, _raw_name(info)) or ascii_name


def _raw_name(info: zipfile.ZipInfo) -> bytes:
    if info.flag_bits & _UTF8_FLAG:
        return b""
    return info.orig_filename.encode("cp437").partition(b"\0")[0]  # what zipfile decoded it by


def _unicode_path(extra: bytes, raw: bytes) -> str | None:
    """Info-ZIP's extra field 0x7075: version 1, CRC-32 of the name it replaces, UTF-8 name."""
    while len(extra) >= 4:
        kind, size = struct.unpack_from("<HH", extra)
        field, extra = extra[4 : 4 + size], extra[4 + size :]
        if kind == _UNICODE_PATH and len(field) > 5 and field[0] == 1:
            try:
                name = field[5:].decode("utf-8")
            except UnicodeDecodeError:
                return None
            same = struct.unpack_from("<I", field, 1)[0] == zlib.crc32(raw)
            return name.partition("\0")[0] if same else None
    return None


def _guess(parts: Iterable[bytes]) -> tuple[str, str]:
    """The code page of some names and the sentence about it."""
    foreign = sorted({part for part in parts if not part.isascii()}, key=lambda p: (len(p), p))
    foreign = foreign[-_SAMPLE:]
    if not foreign or _decoded(foreign, "utf-8") is not None:
        return "utf-8", ""
    best, highest = None, _LEAST
    for page in _PAGES:
        texts = _decoded(foreign, page.codec)
        if texts is None:
            continue
        score = sum(map(page.score, texts)) / len(texts)
        if score > highest:
            best, highest = page, score
    if best is None:
        return "cp437", (
            "The zip does not say how its names are encoded, and it could not be guessed, so they "
            "may look odd. Rename the folders with plain letters (a to z) and zip them again."
        )
    return best.codec, (
        f"The zip does not say how its names are encoded. They were read as {best.language} "
        f"({best.codec.replace('cp', 'code page ')}). If they look wrong, rename the folders with "
        "plain letters (a to z) and zip them again."
    )


def _decoded(parts: list[bytes], codec: str) -> list[str] | None:
    try:
        return [part.decode(codec) for part in parts]
    except UnicodeDecodeError:
        return None


_SIGNS = "–—‘’“”„…«»°·№ªº¿¡´`§©®™²³½¼×€£"
_NEVER_FIRST, _ONLY_LAST = set("ъьы"), set("ςםןףץ")
_RARE = "ÿýðþ"
_ACCENTS = set("άέήίόύώΐΰ")
_SPOILT = -1.5


def _alphabet(
    letters: str, *, latin: bool = False, accented: bool = False, bias: float = 0.0
) -> Callable[[str], float]:
    """Score by how usual each letter is.

    Args:
        letters: The letters beyond ASCII, most usual first.
        latin: Whether they stand among the letters a to z.
        accented: Whether a longer word in small letters has exactly one accent, as in Greek.
        bias: Added to the score.
    """
    weights = dict.fromkeys(_SIGNS + _RARE, -0.5)
    weights |= {letter: 1 - 0.9 * i / len(letters) for i, letter in enumerate(letters)}

    def score(text: str) -> float:
        values = [weights.get(letter.lower(), _SPOILT) for letter in text if not letter.isascii()]
        for word in re.findall(r"[^\W\d_]+", text):
            ascii_letters = sum(letter.isascii() for letter in word)
            if latin:
                # A word of accented letters alone, such as ÿáëîêè, is none.
                values += [_SPOILT] * (not ascii_letters or len(word) > 2 * ascii_letters + 1)
            else:
                values += [_SPOILT] * bool(ascii_letters)
                values += [-0.5] * (len(word) > 1 and word.isupper())
            values += [_SPOILT] * sum(a.islower() and b.isupper() for a, b in pairwise(word))
            values += [_SPOILT] * (word[0].lower() in _NEVER_FIRST)
            values += [_SPOILT] * sum(letter in _ONLY_LAST for letter in word[:-1])
            if accented and len(word) > 2 and not word.isupper():
                values += [_SPOILT] * (sum(letter in _ACCENTS for letter in word.lower()) != 1)
        return sum(values) / len(values) + bias

    return score


def _ideographs(
    usual: str, codec: str, first_level: tuple[int, int], *, kana: bool = False
) -> Callable[[str], float]:
    """Score by how usual each character is.

    Args:
        usual: The most usual ones.
        codec: The standard that orders the others by use.
        first_level: The first bytes of those that it calls usual.
        kana: Whether kana are.
    """
    common = set(usual)

    def value(letter: str) -> float:
        name = unicodedata.name(letter, "")
        if letter in common or (kana and name.startswith(("HIRAGANA", "KATAKANA"))):
            return 1.0
        if name.startswith(("FULLWIDTH", "IDEOGRAPHIC", "LEFT CORNER", "RIGHT CORNER")):
            return 0.3
        try:
            code = letter.encode(codec)
        except UnicodeEncodeError:
            return -1.0
        inside = len(code) == 2 and first_level[0] <= code[0] <= first_level[1]
        return 0.4 if inside and letter.isalpha() else -0.7

    def score(text: str) -> float:
        values = [value(letter) for letter in text if not letter.isascii()]
        values += [_SPOILT] * len(re.findall(r"[A-Za-z][^\x00-\x7f][A-Za-z]", text))
        return sum(values) / len(values)

    return score


_CYRILLIC = _alphabet("оеаинтсрвлкмдпуяыьгзбчйхжшюіцщэфїєёґъў")
_WESTERN = _alphabet("éäüöáíóñçêèãàåøßâôæîûúëïõùòìœ", latin=True, bias=0.25)
_CENTRAL = _alphabet("áéíłóýřčšěžąęůőśúżöüťńćűďňâăîźđäțșşţĺľŕôçë", latin=True)
_TURKISH = _alphabet("ıüşçğöİâîû", latin=True)
_GREEK = _alphabet("αοιετσνηυρπκλμςωάόίέήδγύχθφβώξζψϊϋΰΐ", accented=True)
_HEBREW = _alphabet("יוהלארמתבשנעדקםחפגצטכסזןףךץ\u200e\u200f")
_ARABIC = _alphabet("اليمونرتبةعدسفهكقأحجشطصخذىضثزغءئإآؤظپچگکیژ\u200c\u200d\u200e\u200f")
_THAI = _alphabet("านรอกเงมยลวดทสตะปบคห่ัี้ิไ็แพจใชขโผถ์ุูืึซญธศณษภฟฝฉฐฎฏฑฒฬฆฌำฮ")

_HANZI = (
    "的一是了我不人在他有这个上们来到时大地为子中你说生国年着就那和要她出也得里后自以会家可下而过天去能"
    "对小多然于心学么之都好看起发当没成只如事把还用第样道想作种开美总从无情己面最女但现前些所同日手又行"
    "意动方期它头经长儿回位分爱老因很给名法间斯知世什两次使身者被高已亲其进此话常与活正感见明问力理尔点"
    "文几定本公特做外孩相西果走将月十实向声车全信重三机工物气每并别真打太新比才便夫再书部水像眼等体却加"
    "电主界门利海受听表德少克代员许先口由死安写性马光白或住难望教命花结乐色更拉东神记处让母父应直字场平"
    "报友关放至张认接告入笑内英军候民岁往何度山觉路带万男边风解叫任金快原吃妈变通师立象数四失满战远格士"
    "音轻目条呢病始达深完今提求清王化空业思切怎非找片罗钱吗语元喜曾离飞科言干流欢约各即指合反题必该论交"
    "终林请医晚制球决传画保读运及则房早院量苦火布品近坐产答星精视五连司巴奇管类未朋且婚台夜青北队久乎越"
    "观落尽形影红爸百令周吧识步希亚术留市半热送兴造谈容极随演收首根讲整式取照办强石古华计您装似双妻尼转"
    "诉米称丽客南领节衣站黑刻统断福城故历惊脸选包紧争另建维绝树系伤示愿持千史谁准联妇纪基买志静阿诗独复"
    "猫狗鸟鱼牛羊猪鸡鸭鹅兔鼠虎狮熊猴龙蛇龟虫蝶蜂蛙鹿狼狐鹰苹梨橙桃葡萄香蕉草莓西瓜柠檬樱芒菠萝菜茄豆椒"
    "萝卜薯麦稻叶杯碗盘刀叉勺桌椅灯床窗船汽飞机自行火公交卡摩托鞋帽裤衫裙包表笔纸手猩鲸鲨鸽企鹅蚂蚁蜘蛛"
    "垃圾塑料玻璃金属图片照训练测试验证健康疾正常异猿圆方三角形蓝绿黄紫粉灰棕橘子玫瑰向日葵郁金香雏菊蒲公英"
)
_HANZI_TRADITIONAL = (
    "的一是了我不人在他有這個上們來到時大地為子中你說生國年著就那和要她出也得裡後自以會家可下而過天去能"
    "對小多然於心學麼之都好看起發當沒成只如事把還用第樣道想作種開美總從無情己面最女但現前些所同日手又行"
    "意動方期它頭經長兒回位分愛老因很給名法間斯知世什兩次使身者被高已親其進此話常與活正感見明問力理爾點"
    "文幾定本公特做外孩相西果走將月十實向聲車全信重三機工物氣每並別真打太新比才便夫再書部水像眼等體卻加"
    "電主界門利海受聽表德少克代員許先口由死安寫性馬光白或住難望教命花結樂色更拉東神記處讓母父應直字場平"
    "貓狗鳥魚牛羊豬雞鴨鵝兔鼠虎獅熊猴龍蛇龜蟲蝶蜂蛙鹿狼狐鷹蘋梨橙桃葡萄香蕉草莓西瓜檸檬櫻芒鳳菜茄豆椒"
    "蘿蔔薯麥稻葉杯碗盤刀叉勺桌椅燈床窗船汽飛自行火交卡摩托鞋帽褲衫裙包錶筆紙鯨鯊鴿企螞蟻蜘蛛垃圾塑料玻璃"
    "金屬圖片照訓練測試驗證健康疾常異圓角形藍綠黃紫粉灰棕橘紅黑白青玫瑰向日葵鬱金香雛菊蒲公英"
)
_KANJI = (
    "日一国会人年大十二本中長出三同時政事自行社見月分議後前民生連五発間対上部東者党地合市業内相方四定今"
    "回新場金員九入選立開手米力学問高代明実円関決子動京全目表戦経通外最言氏現理調体化田当八六約主題下首"
    "意法不来作性的要用制治度務強気小七成期公野協取都和統以機平総加山思家話世受区領多県続進正安設保改数"
    "記院女初北午指権心界支第産結百派点教報済書府活原先共得解名交資予川向際査勝面委告軍文反元重近千考判"
    "犬猫鳥魚牛羊豚鶏馬兎鼠虎熊猿蛇亀虫蝶蜂蛙鹿狼狐花桜木草葉赤青白黒黄緑紫茶色林檎梨桃柿苺蜜柑葡萄車船"
    "電飛自転写真画像正常異顔海空雨雪食飲茶碗皿箸机椅子靴帽服時計鉛筆紙"
)
_HANGUL = (
    "이다는의에가을하고한를은지서로도기사나인자리대어과정시해있그부아수으것일전스보제들만라장적상주와게여구"
    "원동성면조소국비거우경요유연안미무마세공선문관오방물용음생중신학화위개모물발분산회실속진천간양영민명당"
    "된될되던까러려르며면서니내너네노누느늘달더데두드등디따때또래량런레력련령론료류률립말매머먼며목못박반받"
    "배백버번법별병본복불빠뿐새색석설심십쓰씨알았앞약얼업없었역열예온올외운움월육입작잘재저점접정종좋죄증직"
    "질집차참책처청체초최추출충치카커코크타태터토통트특파판편평포표품프피필한할함합항해행향현형호확환활황회효후"
    "고양이강아지개새닭소말돼양토끼쥐호랑사자곰원숭뱀거북나비벌꽃배포도딸기바귤감복숭아수박참외레몬빨강파랑노랑"
    "초록자동차행기전거버스트럭배컵접시칼책상의자불컴퓨터폰가방신발모바옷사과바나나오렌지훈련시험검증"
    "정상비정상건강질병종이유리플라스틱캔병독수리펭귄코끼기린얼룩곤충곡식밀쌀빵밥김치국수"
)

# On equal scores the first one counts: Windows' own code pages for zips come before the others.
_PAGES = [
    _Page("cp850", "Western European", _WESTERN),
    _Page("cp1252", "Western European", _WESTERN),
    _Page("cp866", "Cyrillic", _CYRILLIC),
    _Page("cp1251", "Cyrillic", _CYRILLIC),
    _Page("cp932", "Japanese", _ideographs(_KANJI, "cp932", (0x88, 0x97), kana=True)),
    _Page("cp949", "Korean", _ideographs(_HANGUL, "euc_kr", (0xB0, 0xC8))),
    _Page("gbk", "Chinese", _ideographs(_HANZI, "gb2312", (0xB0, 0xD7))),
    _Page("cp950", "Chinese", _ideographs(_HANZI_TRADITIONAL, "big5", (0xA4, 0xC6))),
    _Page("cp737", "Greek", _GREEK),
    _Page("cp1253", "Greek", _GREEK),
    _Page("cp862", "Hebrew", _HEBREW),
    _Page("cp1255", "Hebrew", _HEBREW),
    _Page("cp852", "Central European", _CENTRAL),
    _Page("cp1250", "Central European", _CENTRAL),
    _Page("cp857", "Turkish", _TURKISH),
    _Page("cp1254", "Turkish", _TURKISH),
    _Page("cp720", "Arabic", _ARABIC),
    _Page("cp1256", "Arabic", _ARABIC),
    _Page("cp874", "Thai", _THAI),
]
