"""The sandbox passes the same suite as every network, with each of its kinds of account."""

from tests.networks.conformance import Conformance
from tests.networks.sandbox import worlds


class TestMicroblog(Conformance):
    samples = worlds.MicroblogSamples


class TestPhoto(Conformance):
    samples = worlds.PhotoSamples


class TestVideo(Conformance):
    samples = worlds.VideoSamples


class TestPage(Conformance):
    samples = worlds.PageSamples
