"""Where a quantity of running text begins and ends, which unit it is in, and what is left out or unclear.

Belongs here: short texts, each with all that is found in it. Does not: the longer ones of the page
(test_quantity_forms.py).
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tidebook.pipelines.read.quantities.quantity import Context
from tidebook.pipelines.read.quantities.sentences import WINDOW, find_quantities

TEXTS = """
> on March 4th, by April 5th and May. 6th
> the 4th of March, the third, a third party and 94th
4th | 4 rank exact
third | 3 rank exact
a third | ? a part, or a place in an order?
94th | 94 rank exact
> in June 14,250 people came, in May 12%, in March 3.5 percent, on June 14, 2021 and on June 14
14,250 people | 14250 person exact
12% | 12 percent rounded
3.5 percent | 3.5 percent rounded
June 14, 2021 | 18792 date exact
> in Q1 2019, Q4 2020 and H1 2021, on March 2006 and 15 March 2006
Q1 2019 | 17942 date rounded
Q4 2020 | 18582 date rounded
H1 2021 | 18718 date rounded
March 2006 | 13223 date rounded
15 March 2006 | 13222 date exact
> 2018 units, 2019, 1850 and 2450
2018 | ? number or calendar year?
2019 | ? number or calendar year?
1850 | 1850 number rounded
2450 | 2450 number rounded
> by 2018, since 2019, year 2020, fiscal 2021, In 2022, 2023 and 2024, of 2025 or 2026; before 1999
2018 | 2018 calendar year exact
2019 | 2019 calendar year exact
2020 | 2020 calendar year exact
2021 | 2021 calendar year exact
2022 | 2022 calendar year exact
2023 | 2023 calendar year exact
2024 | 2024 calendar year exact
2025 | 2025 calendar year exact
2026 | 2026 calendar year exact
1999 | 1999 calendar year exact
> from 2018 to 2020, 2019–2021, 2017/18 and the 1990s
2018 | 2018 calendar year exact
2020 | 2020 calendar year exact
2019–2021 | 2020 calendar year estimate
2017/18 | 2017.5 calendar year estimate
1990s | ? goes on
> negative five, minus 3%, thrice, twice, several thousand people and a few hundred
negative five | -5 number exact
minus 3% | -3 percent rounded
thrice | 3 ratio rounded
twice | 2 ratio rounded
several thousand people | 4472.13595499958 person estimate
a few hundred | 374.165738677394 number estimate
> One of them, number one; one company, one-off, twenty-one, one million
one company | 1 company exact
twenty-one | 21 number exact
one million | 1000000 number rounded
> GPT-4, H100, x86, 8x7B, v1.2, A-10, 3D5 and B2B
8x7B | ? goes on
3D5 | ? goes on
> Llama 3 405B, Apollo 11, The 300 left, Only 5 of 7, Over 20, Mistral 7B
3 405B | ? 3,405, or two numbers?
11 | ? a number, or part of a name: Apollo 11?
300 | 300 number rounded
5 | 5 number rounded
7 | 7 number rounded
Over 20 | 20 number at_least
7B | ? a number, or part of a name: Mistral 7B?
> sold 2mil, 3 dzs of eggs, thirteen dollars forty five
2mil | ? goes on
3 dzs | ? goes on
thirteen dollars forty five | ? goes on
> US$ 10 billion, USD50, 75 USD million
US$ 10 billion | 10000000000 USD rounded
USD50 | 50 USD rounded
75 USD million | 75000000 USD rounded
> it changed by (115)%, -150 % or −120.5%
(115)% | -115 percent rounded
-150 % | -150 percent rounded
−120.5% | -120.5 percent rounded
> In 2023 120 people were hired, for 1.5 years; a good 300 came
2023 | 2023 calendar year exact
120 people | 120 person exact
1.5 years | 1.5 year rounded
a good 300 | 300 number at_least
> Apollo 11 people, Revenue $5, Since 2019, Nikkei 30,000
11 people | 11 person exact
$5 | 5 USD rounded
2019 | 2019 calendar year exact
30,000 | 30000 number rounded
> In June 641,000 came, In France 8.3 million tickets, In June more than 100,000, Windows 95
641,000 | 641000 number rounded
8.3 million | 8300000 number rounded
more than 100,000 | 100000 number at_least
95 | ? a number, or part of a name: Windows 95?
> half-way, a half, half of it, half a million, a quarter of it and one quarter
a half | 0.5 number rounded
half | 0.5 number rounded
half a million | 500000 number rounded
a quarter | 0.25 number rounded
one quarter | 0.25 number rounded
> a third faster, a third of it, a fifth, a fifth column, one tenth less, two thirds party
a third | 0.333333333333333 number rounded
a third | 0.333333333333333 number rounded
a fifth | 0.2 number rounded
a fifth | ? a part, or a place in an order?
one tenth | 0.1 number rounded
two thirds | 0.666666666666667 number rounded
> one in five firms, 1 in 4 of them, two out of three, one in five years, one in ten days
one in five | 0.2 number rounded
1 in 4 | 0.25 number rounded
two out of three | 0.666666666666667 number rounded
one in five | ? a part, or one in a time?
one in ten | ? a part, or one in a time?
> won 3 in 10 cities, 12 over 40, two in three
3 in 10 | ? a part of a whole, or a number in another?
12 over 40 | ? a part of a whole, or a number in another?
two in three | ? a part of a whole, or a number in another?
> ten dollars and fifty, 10 dollars and 30 cents, $3 and 20 people, $3 million and 200 thousand
ten dollars and fifty | ? goes on
10 dollars and 30 cents | 10.3 USD rounded
$3 | 3 USD rounded
20 people | 20 person exact
$3 million and 200 thousand | ? goes on
> $0.3 million, €5 and $0.6bn, US$ 5, C$7, NZD $8, CHF 9m, CHF $5, ¥10, 10 kr
$0.3 million | 300000 USD rounded
€5 | 5 EUR rounded
$0.6bn | 600000000 USD rounded
US$ 5 | 5 USD rounded
C$7 | 7 CAD rounded
NZD $8 | 8 NZD rounded
CHF 9m | 9000000 CHF rounded
CHF $5 | ? CHF or the currency of $?
¥10 | 10 JPY rounded
10 kr | ? kr may be SEK, NOK, DKK, ISK
> 3 million and 20 people, 3 hundred and 21, one million and twenty
3 million and 20 | ? one number, or two?
3 hundred and 21 | 321 number exact
one million and twenty | 1000020 number exact
> 5 Swiss francs, ten Mexican pesos, 5 pesos, 20 Indian rupees each
5 Swiss francs | 5 CHF rounded
ten Mexican pesos | 10 MXN rounded
5 pesos | ? pesos may be ARS, BOP,
20 Indian rupees | 20 INR rounded
> AWS 5, IBM 360, the ASX $5, EUR 6, GDP 7 and 8 USD
5 | ? part of a name: AWS 5?
360 | ? part of a name: IBM 360?
$5 | 5 USD rounded
EUR 6 | 6 EUR rounded
7 | ? part of a name: GDP 7?
8 USD | 8 USD rounded
> $5 an hour, $6 per person, $7/year, $8 a person, 9 people per hour and $10 per day
$5 an hour | 5 USD/hour rounded
$6 per person | 6 USD/person rounded
$7/year | 7 USD/year rounded
$8 a person | 8 USD/person rounded
9 people per hour | 9 person/hour rounded
$10 per day | 10 USD/day rounded
> 4:35.2 and 1:02:03, 3:56, 2 h 30 min, 90 minutes, 35.2 s, 5 m
4:35.2 | 275.2 second rounded
1:02:03 | 3723 second rounded
3:56 | ? 3 min 56 s, or 3 h 56 min?
2 h 30 min | 9000 second rounded
90 minutes | 5400 second rounded
35.2 s | 35.2 second rounded
5 m | ? 'm' is a magnitude for money only
> between 20 and 30 people, from $2 to $4, 3% to $5, from here, 10–20%, 2-4 and 3-1
between 20 and 30 people | 25 person estimate
$2 | 2 USD rounded
$4 | 4 USD rounded
3% | 3 percent rounded
$5 | 5 USD rounded
10–20% | 15 percent estimate
2-4 | ? a range, a score or a difference?
3-1 | ? a range, a score or a difference?
> at least $5, more than 3, ~7, ≥ 8 people, up to 9%, 10 or more, 11 or so, 12+
at least $5 | 5 USD at_least
more than 3 | 3 number at_least
~7 | 7 number estimate
≥ 8 people | 8 person at_least
up to 9% | 9 percent at_most
10 or more | 10 number at_least
11 or so | 11 number estimate
12+ | 12 number at_least
> 1.234, 1,234, 12,34, 1.2.3, 1 234, 5 6, 100 millionths, 7%. 8.
1.234 | ? 1.234, or 1,234?
1,234 | 1234 number rounded
12,34 | ? goes on
1.2.3 | ? goes on
1 234 | ? 1,234, or two numbers?
5 6 | ? goes on
100 millionths | ? goes on
7% | 7 percent rounded
8 | 8 number rounded
> 5 I did, 6 a day, 7 x, 8's, 9' tall, 10^6, 11_2, 12/x
5 | 5 number rounded
6 | 6 number rounded
7 x | 7 ratio rounded
8 | 8 number rounded
9 | 9 number rounded
10^6 | 1000000 number rounded
11_2 | ? goes on
12/x | ? goes on
> (2024, est.), 5 (est.), 6, estimated, 7 estimated
2024 | ? number or calendar year?
5 (est.) | 5 number estimate
6, estimated | 6 number estimate
7 estimated | 7 number estimate
> 25 bps, 3 pp, 2 percentage points, 5 per cent, tens of thousands of dollars
25 bps | 25 basis point rounded
3 pp | 3 percentage point rounded
2 percentage points | 2 percentage point rounded
5 per cent | 5 percent rounded
tens of thousands of dollars | 44721.3595499958 USD estimate
> more than 40 and less than 10, 5 or less than 6, larger than 20 and less or equal to 35, x>10, y <= 20 and <td>7</td>
more than 40 | 40 number at_least
less than 10 | 10 number at_most
5 | 5 number rounded
less than 6 | 6 number at_most
larger than 20 | 20 number at_least
less or equal to 35 | 35 number at_most
>10 | 10 number at_least
<= 20 | 20 number at_most
7 | 7 number rounded
> (in thousands), in millions of dollars, hundreds of thousands of people, $39 at December 31, 2019 and 2018
millions of dollars | 4472135.95499958 USD estimate
hundreds of thousands of people | 447213.595499958 person estimate
$39 | 39 USD rounded
December 31, 2019 | 18261 date exact
2018 | 2018 calendar year exact
> It rose from $390 to $440, 2% to 15%; 10% to 20% of it, fell from 35% to 21%. From 10 to 20 people, FY 2018
$390 | 390 USD rounded
$440 | 440 USD rounded
2% | 2 percent rounded
15% | 15 percent rounded
10% to 20% | 15 percent estimate
35% | 35 percent rounded
21% | 21 percent rounded
10 | 10 number rounded
20 people | 20 person exact
2018 | 2018 calendar year exact
> by 41% to RMB16,002 million (2018: RMB9 million), ABC16,002, a1,234 and X 5
41% | 41 percent rounded
RMB16,002 million | 16002000000 CNY rounded
2018 | 2018 calendar year exact
RMB9 million | 9000000 CNY rounded
5 | ? part of a name: X 5?
> It was 1850, a rating of 1650, since 1848, by March 1850, pp. 1520-1533, between 1850 and 1900 and 1950 to 1960
1850 | 1850 number rounded
1650 | ? number or calendar year?
1848 | ? number or calendar year?
March 1850 | -43755 date rounded
1520-1533 | ? calendar years, or a range?
between 1850 and 1900 | ? number or calendar year?
1950 to 1960 | 1955 calendar year estimate
> nothing here, and, no. none; e.g. -, – or %
"""


def texts() -> Iterator[tuple[str, list[str]]]:
    for part in TEXTS.strip().removeprefix("> ").split("\n> "):
        text, *lines = part.split("\n")
        yield text, lines


def test_all_that_is_found(subtests: pytest.Subtests) -> None:
    for text, expected in list(texts()):
        with subtests.test(text=text):
            found = find_quantities(text)
            for each in found:
                assert text[each.start : each.end] == each.text
            shown = [
                f"{each.text} | {each.quantity.value:.15g} {each.quantity.unit} {each.quantity.kind}"
                if each.quantity
                else f"{each.text} | ? {each.problem}"
                for each in found
            ]
            assert len(shown) == len(expected), shown
            for line, wanted in zip(shown, expected, strict=True):
                words, _, problem = wanted.partition(" | ? ")
                assert line == wanted or (problem and line.startswith(f"{words} | ? ") and problem in line)


def test_words_of_a_unit_are_looked_for_so_far_and_no_further() -> None:
    assert find_quantities("5 " + " " * (WINDOW - 10) + "people")[0].text.endswith("people")
    assert find_quantities("5 " + " " * WINDOW + "people")[0].text == "5"


def test_what_a_table_declares_counts_in_running_text_too() -> None:
    (found,) = find_quantities("rund 1.234,5 Menschen", Context(decimal=",", grouping="."))
    assert found.text == "1.234,5"
    assert found.quantity is not None and found.quantity.value == 1234.5
