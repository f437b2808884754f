"""Addresses of the settings screen, below `/w/<slug>/`."""

from django.urls import path

from postroom.web.settings import apps, brands, keys, members, slots, workspace

urlpatterns = [
    path("settings/", workspace.show, name="settings"),
    path("settings/pause/", workspace.pause, name="settings-pause"),
    path("settings/resume/", workspace.resume, name="settings-resume"),
    path("settings/members/", members.show, name="settings-members"),
    path("settings/members/invite/", members.invite, name="settings-invite"),
    path("settings/members/<uuid:user_id>/", members.edit, name="settings-member"),
    path("settings/members/<uuid:user_id>/remove/", members.remove, name="settings-member-remove"),
    path("settings/invitations/<uuid:invitation_id>/revoke/", members.revoke, name="settings-invitation-revoke"),
    path("settings/brands/", brands.show, name="settings-brands"),
    path("settings/brands/new/", brands.create, name="settings-brand-new"),
    path("settings/brands/<uuid:brand_id>/", brands.edit, name="settings-brand"),
    path("settings/brands/<uuid:brand_id>/<slug:turn>/", brands.turn, name="settings-brand-turn"),
    path("settings/slots/<uuid:brand_id>/", slots.show, name="settings-slots"),
    path("settings/keys/", keys.show, name="settings-keys"),
    path("settings/keys/<uuid:key_id>/revoke/", keys.revoke, name="settings-key-revoke"),
    path("settings/apps/", apps.show, name="settings-apps"),
    path("settings/apps/<uuid:app_id>/remove/", apps.remove, name="settings-app-remove"),
]
