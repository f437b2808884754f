"""Django's settings, made of env.py's table. Nothing here reads the environment by itself."""

import sys
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import structlog
from csp.constants import NONE, SELF
from psycopg.conninfo import conninfo_to_dict

from postroom.config import folder
from postroom.config.env import Role, chosen_role, environment, is_pooled

ENVIRONMENT = environment()
DATA = ENVIRONMENT.data
DEBUG = ENVIRONMENT.debug
SECRET_KEY = folder.secret_of(ENVIRONMENT)
PUBLIC_URL = ENVIRONMENT.public_url
DATABASE_APP_ROLE = folder.role_names(ENVIRONMENT)["app"]
DATABASE_ENGINE_ROLE = folder.role_names(ENVIRONMENT)["engine"]

# ── Rooms, bottom to top, then what they stand on ────────────────────────────────────────────────────────────────
ROOMS = (
    "events",
    "workspaces",
    "brands",
    "library",
    "channels",
    "gallery",
    "posts",
    "publishing",
    "insights",
    "production",
    "money",
    "notifications",
    "companion",
    "rollouts",
    "upkeep",
)
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "django_htmx",
    "template_partials",
    "csp",
    "ninja",  # for the API's description: its scripts come from here instead of somebody's CDN
    "procrastinate.contrib.django",
    *(f"postroom.{room}" for room in ROOMS),
    "postroom.web",  # no tables: its tags, and its CSS and JavaScript
]
AUTH_USER_MODEL = "workspaces.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGOUT_REDIRECT_URL = "/accounts/login/"
ACCOUNT_ADAPTER = "postroom.web.signing.adapter.Adapter"
ACCOUNT_FORMS = {
    "login": "postroom.web.signing.forms.SignIn",
    "reset_password": "postroom.web.signing.forms.Forgotten",
    "reset_password_from_key": "postroom.web.signing.forms.NewPassword",
    "set_password": "postroom.web.signing.forms.FirstPassword",
    "signup": "postroom.web.signing.forms.SignUp",
    "add_email": "postroom.web.signing.forms.NewAddress",
    "change_password": "postroom.web.signing.forms.ChangePassword",
}
ACCOUNT_CHANGE_EMAIL = True  # one address a user; a new one counts once it is verified
ACCOUNT_LOGIN_ON_EMAIL_CONFIRMATION = True  # in the browser that asked for it only
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False  # other browsers are signed out, this one stays
SIGNUP = ENVIRONMENT.signup
ALLAUTH_TRUSTED_PROXY_COUNT = 1 if ENVIRONMENT.trust_proxy else 0  # whose address the rate limits count

# ── E-mail: without a server for it nothing is sent, so nothing can be verified ──────────────────────────────────
SENDS_EMAIL = bool(ENVIRONMENT.email_host)
ACCOUNT_EMAIL_VERIFICATION = "mandatory" if SENDS_EMAIL else "none"
EMAIL_BACKEND = f"django.core.mail.backends.{'smtp' if SENDS_EMAIL else 'dummy'}.EmailBackend"
EMAIL_HOST = ENVIRONMENT.email_host
EMAIL_PORT = ENVIRONMENT.email_port
EMAIL_HOST_USER = ENVIRONMENT.email_user
EMAIL_HOST_PASSWORD = ENVIRONMENT.email_password
EMAIL_USE_TLS = ENVIRONMENT.email_security == "starttls"
EMAIL_USE_SSL = ENVIRONMENT.email_security == "tls"
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = ENVIRONMENT.email_from or f"Postroom <postroom@{urlsplit(PUBLIC_URL).hostname or 'localhost'}>"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "MinimumLengthValidator", "CommonPasswordValidator")
]


# ── Database: one, reached as the role this process chose ────────────────────────────────────────────────────────
def _database(role: Role, *, pooled: bool) -> dict[str, Any]:
    parts = conninfo_to_dict(folder.address(ENVIRONMENT, role) or "postgresql:///postroom?host=/nonexistent")
    options: dict[str, Any] = {
        "application_name": f"postroom {role}",
        # A request that takes half a minute has lost its reader; migrations take what they need.
        **({"options": "-c statement_timeout=30s -c idle_in_transaction_session_timeout=60s"} if role == "app" else {}),
        **({"pool": {"min_size": 1, "max_size": ENVIRONMENT.database_pool, "timeout": 10}} if pooled else {}),
    }
    known = {"host": "HOST", "port": "PORT", "dbname": "NAME", "user": "USER", "password": "PASSWORD"}
    options |= {key: value for key, value in parts.items() if key not in known}
    return {
        "ENGINE": "django.db.backends.postgresql",
        **{theirs: str(parts.get(ours) or "") for ours, theirs in known.items()},
        "OPTIONS": options,
        "CONN_HEALTH_CHECKS": not pooled,  # a worker's connections may have died while it slept
        "CONN_MAX_AGE": 0 if pooled else None,  # with a pool, Django keeps no connection of its own
    }


DATABASES = {"default": _database(chosen_role(), pooled=is_pooled())}

# ── Background jobs: each room's are in its jobs.py ──────────────────────────────────────────────────────────────
PROCRASTINATE_AUTODISCOVER_MODULE_NAME = "jobs"

# ── Web ──────────────────────────────────────────────────────────────────────────────────────────────────────────
ROOT_URLCONF = "postroom.config.urls"
ASGI_APPLICATION = "postroom.config.asgi.application"
WSGI_APPLICATION = "postroom.config.wsgi.application"
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "postroom.web.frame.seats.Seats",
    "postroom.api.repeating.Repeats",
]
API_MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "postroom.api.repeating.Repeats",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [Path(__file__).parent.parent / "web" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "postroom.web.frame.context.frame",
            ]
        },
    }
]
ALLOWED_HOSTS = list(
    dict.fromkeys(
        [urlsplit(PUBLIC_URL).hostname or "localhost", "localhost", "127.0.0.1", "[::1]", *ENVIRONMENT.allowed_hosts]
    )
)
_secure = PUBLIC_URL.startswith("https://")
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]
SESSION_COOKIE_SECURE = _secure
CSRF_COOKIE_SECURE = _secure
SESSION_COOKIE_SAMESITE = "Lax"
SECURE_HSTS_SECONDS = 31_536_000 if _secure else 0
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
_sandbox = [f"http://{host}:{ENVIRONMENT.sandbox_port}" for host in ("127.0.0.1", "localhost") if ENVIRONMENT.sandbox]
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        # Avatars lie at the networks; data: are Tabler's own drawings.
        "img-src": [SELF, "data:", "blob:", "https:", *_sandbox],
        "media-src": [SELF, "blob:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "manifest-src": [SELF],
    },
    "EXCLUDE_URL_PREFIXES": ["/api/v1/docs"],
}
if ENVIRONMENT.trust_proxy:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_621_440  # bodies that aren't files; files stream past this
UPLOAD_LIMIT = ENVIRONMENT.upload_limit * 1024 * 1024
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.TemporaryFileUploadHandler"]
FILE_UPLOAD_TEMP_DIR = DATA / "incoming"  # /tmp may be memory; the library makes the folder

# ── Files ────────────────────────────────────────────────────────────────────────────────────────────────────────
MEDIA_ROOT = DATA / "files"
MEDIA_URL = "media/"
STATIC_URL = "static/"
STATIC_ROOT = None  # nothing is collected: the files are served from where their packages have them
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = DEBUG
if ENVIRONMENT.storage == "s3":
    _storage: dict[str, Any] = {
        "BACKEND": "storages.backends.s3.S3Storage",
        "OPTIONS": {
            "bucket_name": ENVIRONMENT.s3_bucket,
            "endpoint_url": ENVIRONMENT.s3_endpoint or None,
            "region_name": ENVIRONMENT.s3_region or None,
            "access_key": ENVIRONMENT.s3_access_key or None,
            "secret_key": ENVIRONMENT.s3_secret_key or None,
            "location": ENVIRONMENT.s3_prefix,
            "default_acl": None,
            "file_overwrite": True,  # a file is stored under its own SHA-256
            "querystring_auth": True,
        },
    }
else:
    _storage = {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": str(MEDIA_ROOT), "file_permissions_mode": 0o600, "directory_permissions_mode": 0o700},
    }
STORAGES = {
    "default": _storage,
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}

# ── Words and times ──────────────────────────────────────────────────────────────────────────────────────────────
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English")]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

# ── Logs: ours by structlog, everybody else's through the same lines ─────────────────────────────────────────────
_shared: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.processors.format_exc_info,
]
_render: Any = (
    structlog.processors.JSONRenderer()
    if ENVIRONMENT.log_format == "json"
    else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
)
structlog.configure(
    processors=[*_shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
    logger_factory=structlog.stdlib.LoggerFactory(),
    wrapper_class=structlog.stdlib.BoundLogger,
    cache_logger_on_first_use=True,
)
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {
            "()": structlog.stdlib.ProcessorFormatter,
            "processors": [structlog.stdlib.ProcessorFormatter.remove_processors_meta, _render],
            "foreign_pre_chain": _shared,
        }
    },
    "filters": {"secrets": {"()": "postroom.web.signing.redacting.NoSecrets"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["secrets"]}},
    "root": {"handlers": ["stderr"], "level": ENVIRONMENT.log_level.upper()},
    "loggers": {"procrastinate": {"level": "WARNING"}, "django": {"level": "INFO"}},
}
