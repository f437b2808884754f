"""A place that is not furnished yet."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def soon(request: HttpRequest, **where: object) -> HttpResponse:
    """Show the frame alone."""
    del where
    return render(request, "ui/page.html")
