"""The one settings file: everything that differs between sites comes from the environment (docs/operating.md)."""

import secrets
import sys
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import environ
import structlog
from celery.schedules import crontab
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.templatetags.static import static
from django.urls import reverse_lazy

from neurreps.elsewhere import sign_in_elsewhere
from neurreps.logs import mask_links
from neurreps.sockets import redis_socket

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()
DATA_DIR = Path(env.str("DATA_DIR", default=str(BASE_DIR / "var"))).resolve()


def _secret_key() -> str:
    """SECRET_KEY, or one that is made at the first start and kept in DATA_DIR for this machine."""
    if key := env.str("SECRET_KEY", default=""):
        return key
    path = DATA_DIR / "secret_key"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(64))
    return path.read_text().strip()


DEBUG = env.bool("DEBUG", default=False)
SECRET_KEY = _secret_key()
SITE_URL = env.str("SITE_URL", default="http://localhost:8000").rstrip("/")
_site = urlsplit(SITE_URL)
if _site.scheme not in {"http", "https"} or not _site.hostname:
    raise ImproperlyConfigured(f"SITE_URL is {SITE_URL!r}; it must be an address such as https://papers.example.org")
HTTPS = _site.scheme == "https"
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=sorted({_site.hostname, "localhost", "127.0.0.1", "[::1]"}))
CSRF_TRUSTED_ORIGINS = [SITE_URL]

INSTALLED_APPS = [
    "audit",
    "access",
    "jobs",
    "notifications",
    "accounts",
    "workshops",
    "submissions",
    "reviews",
    "decisions",
    "proceedings",
    "desk",
    "rehearsal",
    "unfold.apps.BasicAppConfig",
    "desk.apps.AdminSiteConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.socialaccount.providers.orcid",
    "csp",
    "django_htmx",
    "django_structlog",
    "anymail",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "workshops.middleware.FirstByteMiddleware",
    "csp.middleware.CSPMiddleware",
    "django_permissions_policy.PermissionsPolicyMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "workshops.middleware.WithoutNulMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "access.view_as.ViewAsMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "django_structlog.middlewares.RequestMiddleware",
]

ROOT_URLCONF = "neurreps.urls"
WSGI_APPLICATION = "neurreps.wsgi.application"
ASGI_APPLICATION = "neurreps.asgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    }
]
FORM_RENDERER = "neurreps.forms_renderer.FormRenderer"

# --- what is stored ---------------------------------------------------------------------------------------------------

DATABASES = {"default": env.db_url("DATABASE_URL", default=f"sqlite:///{DATA_DIR / 'db.sqlite3'}")}
_database = DATABASES["default"]
_database["ATOMIC_REQUESTS"] = False
if _database["ENGINE"] == "django.db.backends.sqlite3":
    _database["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;",
    }
# A new connection reads the schema and every statement anew, and on PostgreSQL it is a new process too.
_database["CONN_MAX_AGE"] = env.int("CONN_MAX_AGE", default=60)
_database["CONN_HEALTH_CHECKS"] = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

FILES_DIR = DATA_DIR / "files"
MEDIA_ROOT = DATA_DIR / "public"  # pictures of workshops' pages, which everybody may see
MAIL_DIR = DATA_DIR / "mail"
BACKUP_DIR = DATA_DIR / "backups"
FILE_UPLOAD_TEMP_DIR = env.str("UPLOAD_DIR", default="") or None
MAX_PDF_BYTES = env.int("MAX_PDF_MEGABYTES", default=50) * 1024 * 1024
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 3000  # the form of a paper with 200 authors
# nginx hands out files from an internal location when this names it (X-Accel-Redirect); otherwise Django streams them.
PROTECTED_FILES_URL = env.str("PROTECTED_FILES_URL", default="")
STORAGE_URL = env.str("STORAGE_URL", default="")
if STORAGE_URL:
    raise ImproperlyConfigured("STORAGE_URL is not supported yet: leave it unset and put DATA_DIR on a volume.")

REDIS_URL = env.str("REDIS_URL", default=f"unix://{redis_socket(DATA_DIR)}")
CACHES = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}}
SESSION_ENGINE = "accounts.session_store"

# --- the worker -------------------------------------------------------------------------------------------------------

CELERY_BROKER_URL = REDIS_URL.replace("unix://", "redis+socket://", 1)
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
# The broker is a doorbell: an enqueue that finds it down gives up quickly, the sweep finds the row.
CELERY_TASK_PUBLISH_RETRY_POLICY = {"max_retries": 1, "interval_start": 0, "interval_step": 0.1, "interval_max": 0.1}
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 120,
    "unacked_restore_interval": 2,
    "unacked_restore_throttle": 1,
    "socket_connect_timeout": 2,
    "socket_timeout": 30,
}
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_TIME_LIMIT = 110
CELERY_TASK_SOFT_TIME_LIMIT = 60
CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT = 20
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TASK_DEFAULT_QUEUE = "neurreps"
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULE_FILENAME = str(DATA_DIR / "run" / "beat-schedule")
CELERY_BEAT_SCHEDULE = {
    "sweep-mail": {"task": "notifications.tasks.sweep", "schedule": timedelta(seconds=30), "options": {"expires": 25}},
    "end-holds": {
        "task": "notifications.tasks.end_holds",
        "schedule": timedelta(seconds=10),
        "options": {"expires": 9},
    },
    "drop-old-sessions": {"task": "accounts.tasks.drop_old_sessions", "schedule": timedelta(hours=6)},
    "wipe-old-mail": {"task": "notifications.tasks.wipe_old_bodies", "schedule": timedelta(hours=6)},
    "sweep-jobs": {"task": "jobs.tasks.sweep", "schedule": timedelta(seconds=15), "options": {"expires": 14}},
    "beat-heartbeat": {"task": "jobs.tasks.heartbeat", "schedule": timedelta(seconds=20), "options": {"expires": 19}},
    "follow-deadlines": {
        "task": "submissions.tasks.follow_deadlines",
        "schedule": timedelta(minutes=1),
        "options": {"expires": 55},
    },
    "drop-old-uploads": {"task": "submissions.tasks.drop_old_uploads", "schedule": timedelta(hours=1)},
    "find-likeness": {"task": "submissions.tasks.find_likeness", "schedule": timedelta(minutes=3)},
    # Fixed times are UTC.
    "compare-at-night": {"task": "reviews.tasks.bidding_at_night", "schedule": crontab(hour=3, minute=30)},
    "refresh-affinities": {
        "task": "reviews.tasks.refresh_affinities",
        "schedule": timedelta(minutes=5),
        "options": {"expires": 280},
    },
    "expire-invitations": {"task": "reviews.tasks.expire_invitations", "schedule": timedelta(hours=1)},
}

# --- mail -------------------------------------------------------------------------------------------------------------

EMAIL_URL = env.str("EMAIL_URL", default="")
if EMAIL_URL:
    vars().update(env.email_url("EMAIL_URL"))
else:
    EMAIL_BACKEND = "notifications.backends.MailDirectoryBackend"
EMAIL_TIMEOUT = 30
MAIL_FROM = env.str("MAIL_FROM", default=f"NeurReps <noreply@{_site.hostname}>")
DEFAULT_FROM_EMAIL = SERVER_EMAIL = MAIL_FROM
REHEARSAL_EMAIL_URL = env.str("REHEARSAL_EMAIL_URL", default="")
ANYMAIL = {key: value for key, value in env.ENVIRON.items() if key.startswith("ANYMAIL_")}
KEEP_MAIL_BODIES_DAYS = env.int("KEEP_MAIL_BODIES_DAYS", default=180)
# The inbox page shows every mail that stayed here; it exists only where mail stays here.
DEVELOPMENT_INBOX = not EMAIL_URL

# --- people -----------------------------------------------------------------------------------------------------------

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "MinimumLengthValidator", "CommonPasswordValidator")
]
LOGIN_URL = reverse_lazy("account_login")
LOGIN_REDIRECT_URL = reverse_lazy("desk:my_desk")
ACCOUNT_ADAPTER = "accounts.adapters.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
# Without "password1" here allauth takes the password off the sign-in page; our sign-up form does not ask for one.
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1"]
ACCOUNT_FORMS = {
    "add_email": "accounts.forms_security.AddAddressForm",
    "login": "accounts.forms.SignInForm",
    "request_login_code": "accounts.forms.SignInCodeForm",
    "reset_password": "accounts.forms.ResetPasswordForm",
    "signup": "accounts.forms.SignupForm",
}
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
# Mail may take a few minutes.
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = 15 * 60
ACCOUNT_LOGIN_BY_CODE_SUPPORTS_RESEND = True
ACCOUNT_EMAIL_VERIFICATION_SUPPORTS_RESEND = True
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = True
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False
ACCOUNT_SESSION_REMEMBER = True
# Beside allauth's own: papers begun without an account, addresses to be confirmed, texts of whoever must sign in.
ACCOUNT_RATE_LIMITS = {
    "begin_paper": "30/h/ip",
    "ask_address": "30/h/ip,6/h/key",
    "keep_typed": "60/h/ip",
}
ACCOUNT_DEFAULT_HTTP_PROTOCOL = _site.scheme
ACCOUNT_MAX_EMAIL_ADDRESSES = 10
MFA_ADAPTER = "accounts.adapters.SecondFactorAdapter"
MFA_FORMS = {
    "add_webauthn": "accounts.forms_security.AddPasskeyForm",
    "edit_webauthn": "accounts.forms_security.RenamePasskeyForm",
}
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes", "webauthn"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not HTTPS
MFA_TOTP_ISSUER = "NeurReps"
# Whoever organizes a workshop or runs the site needs one before any page under /admin/.
SECOND_FACTOR_REQUIRED = env.bool("SECOND_FACTOR_REQUIRED", default=HTTPS and not DEBUG)
SOCIALACCOUNT_ADAPTER = "accounts.adapters.ElsewhereAdapter"
SOCIALACCOUNT_FORMS = {
    "add_email": "accounts.forms_security.AddAddressForm",
    "disconnect": "accounts.forms_security.DisconnectForm",
    "signup": "accounts.forms_security.ElsewhereSignupForm",
}
SOCIALACCOUNT_EMAIL_AUTHENTICATION = True
SOCIALACCOUNT_EMAIL_AUTHENTICATION_AUTO_CONNECT = True
SOCIALACCOUNT_PROVIDERS = sign_in_elsewhere(env)

# --- language and time ------------------------------------------------------------------------------------------------

LANGUAGE_CODE = "en-gb"
FORMAT_MODULE_PATH = ["neurreps.formats"]
USE_I18N = False
USE_TZ = True
TIME_ZONE = "UTC"

# --- static files -----------------------------------------------------------------------------------------------------

STATIC_URL = "/static/"
STATIC_ROOT = env.str("STATIC_ROOT", default=str(BASE_DIR / "staticfiles"))
STATICFILES_DIRS = [BASE_DIR / "static"]
COLLECTED = Path(STATIC_ROOT, "staticfiles.json").exists() and "test" not in Path(sys.argv[0]).name
WHITENOISE_USE_FINDERS = not COLLECTED
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if COLLECTED or "collectstatic" in sys.argv
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}

# --- security ---------------------------------------------------------------------------------------------------------

# Addresses of the proxies whose X-Forwarded-* and X-Request-Elapsed headers are believed; empty: none.
TRUSTED_PROXY = env.list("TRUSTED_PROXY", default=[])
ALLAUTH_TRUSTED_PROXY_COUNT = 1 if TRUSTED_PROXY else 0
if TRUSTED_PROXY:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_HSTS_PRELOAD = HTTPS
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_NAME = "__Host-session" if HTTPS else "session"
CSRF_COOKIE_NAME = "__Host-csrf" if HTTPS else "csrftoken"
CSRF_COOKIE_HTTPONLY = True
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "EXCLUDE_URL_PREFIXES": [],
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "form-action": [SELF],
    },
}
PERMISSIONS_POLICY: dict[str, list[str]] = {
    name: [] for name in ("camera", "geolocation", "microphone", "payment", "usb", "interest-cohort")
}

# --- the admin of settings --------------------------------------------------------------------------------------------

UNFOLD = {
    "SITE_TITLE": "NeurReps settings",
    "SITE_HEADER": "Settings",
    "SITE_URL": reverse_lazy("desk:my_desk"),
    "SITE_ICON": lambda request: static("img/mark.svg"),
    "SITE_FAVICONS": [{"rel": "icon", "type": "image/svg+xml", "href": lambda request: static("img/favicon.svg")}],
    "STYLES": [lambda request, name=name: static(f"css/{name}.css") for name in ("fonts", "tokens", "unfold")],
    "COMMAND": {"search_models": False, "show_history": False},
    "SIDEBAR": {
        "show_search": False,
        "command_search": False,
        "show_all_applications": False,
        "navigation": [
            {
                "title": "A workshop",
                "items": [
                    {"title": title, "link": reverse_lazy(f"admin:{model}_changelist")}
                    for title, model in (
                        ("Workshops and their pages", "workshops_workshop"),
                        ("Tracks", "workshops_track"),
                        ("Dates", "workshops_deadline"),
                        ("What can be decided", "decisions_outcome"),
                        ("Forms", "workshops_form"),
                        ("Versions of forms", "workshops_formversion"),
                    )
                ],
            },
            {
                "title": "The site",
                "items": [
                    {
                        "title": "Users",
                        "link": reverse_lazy("admin:accounts_user_changelist"),
                        "permission": lambda request: request.user.is_superuser,
                    }
                ],
            },
        ],
    },
}

# --- logs -------------------------------------------------------------------------------------------------------------

DJANGO_STRUCTLOG_USER_ID_FIELD = None
structlog.configure(
    processors=[
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.filter_by_level,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        mask_links,
        structlog.processors.JSONRenderer(),
    ],
    logger_factory=structlog.stdlib.LoggerFactory(),
    cache_logger_on_first_use=True,
)
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", default="WARNING")},
}
