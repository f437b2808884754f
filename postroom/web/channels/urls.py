"""Addresses of the channels screen, below `/w/<slug>/`."""

from django.urls import path

from postroom.web.channels import connecting, lists, one

urlpatterns = [
    path("channels/", lists.show, name="channels"),
    path("channels/connect/", connecting.choose, name="channels-connect"),
    path("channels/connect/<slug:network>/", connecting.connect, name="channels-connect-network"),
    path("channels/<uuid:channel_id>/", one.show, name="channels-one"),
    path("channels/<uuid:channel_id>/reconnect/", connecting.reconnect, name="channels-reconnect"),
    path("channels/<uuid:channel_id>/pause/", one.pause, name="channels-pause"),
    path("channels/<uuid:channel_id>/resume/", one.resume, name="channels-resume"),
    path("channels/<uuid:channel_id>/move/", one.move, name="channels-move"),
    path("channels/<uuid:channel_id>/check/", one.check, name="channels-check"),
    path("channels/<uuid:channel_id>/refresh/", one.refresh, name="channels-refresh"),
    path("channels/<uuid:channel_id>/disconnect/", one.disconnect, name="channels-disconnect"),
]
