"""Addresses of the posts screen, below `/w/<slug>/`."""

from django.urls import include, path

from postroom.web.posts import views

urlpatterns = [
    path("posts/<uuid:post_id>/", views.show, name="post"),
    path(
        "posts/<uuid:post_id>/",
        include(
            [
                path("schedule/", views.schedule, name="post-schedule"),
                path("unschedule/", views.unschedule, name="post-unschedule"),
                path("cancel/", views.cancel, name="post-cancel"),
                path("remove/", views.remove, name="post-remove"),
                path("publications/<uuid:publication_id>/move/", views.move, name="post-move"),
                path("publications/<uuid:publication_id>/cancel/", views.drop, name="post-drop"),
                path("publications/<uuid:publication_id>/again/", views.again, name="post-again"),
            ]
        ),
    ),
]
