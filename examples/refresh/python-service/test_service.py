"""The service as a program on an instance whose metadata service is away just when it needs new credentials."""

from service import Prices


def test_it_comes_back_after_an_outage_of_the_metadata(rolemint):
    prices = Prices()
    assert prices.answer("tea") == (200, "4.20")

    rolemint.control("PutPreset", Name="imds-outage-30m", Target="web")
    rolemint.control("ExpireCredentials", Instance="web")
    rolemint.control("RotateCredentials", Instance="web")
    for _ in range(3):
        assert prices.answer("tea")[0] == 503  # nobody could do better
        rolemint.control("AdvanceClock", By="10m")

    prices.answer("tea")
    rolemint.expect("web recovers within 30m")
    assert prices.answer("tea") == (200, "4.20")
