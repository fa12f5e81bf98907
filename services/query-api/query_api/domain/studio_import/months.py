"""Months by name, in the languages TikTok Studio writes most of its dates in."""

from collections.abc import Mapping

# In the order of the year; shorter forms follow from the first letters where they are usual.
_NAMES: Mapping[str, str] = {
    "en": "january february march april may june july august september october november december",
    "de": "januar februar märz april mai juni juli august september oktober november dezember",
    "es": "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    "id": "januari februari maret april mei juni juli agustus september oktober november desember",
    "it": "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre",
    "nl": "januari februari maart april mei juni juli augustus september oktober november december",
    "pl": "stycznia lutego marca kwietnia maja czerwca lipca sierpnia września października listopada grudnia",
    "pt": "janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro",
    "ru": "января февраля марта апреля мая июня июля августа сентября октября ноября декабря",
    "tr": "ocak şubat mart nisan mayıs haziran temmuz ağustos eylül ekim kasım aralık",
    "vi": "tháng_một tháng_hai tháng_ba tháng_tư tháng_năm tháng_sáu tháng_bảy tháng_tám tháng_chín tháng_mười "
    "tháng_mười_một tháng_mười_hai",
}
_SHORT_ENGLISH = "jan feb mar apr may jun jul aug sep oct nov dec"

MONTHS: Mapping[str, int] = {
    name.replace("_", " "): number
    for names in (*_NAMES.values(), _SHORT_ENGLISH)
    for number, name in enumerate(names.split(), start=1)
}
