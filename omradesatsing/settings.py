"""Settings, read once from the environment.

Importing this file has no effects: it starts no database and opens no connection.
`docs/development.md` lists the variables.
"""

import os
from pathlib import Path

import pghistory
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from psycopg.conninfo import conninfo_to_dict

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = Path(os.environ.get("VAR_DIR", BASE_DIR / "var"))


def flag(name, default="0"):
    """True when the environment variable says 1, true or yes."""
    return os.environ.get(name, default).lower() in {"1", "true", "yes"}


def words(name, default=""):
    """The comma-separated values of an environment variable."""
    return [word.strip() for word in os.environ.get(name, default).split(",") if word]


# DEMO is the portal on one's own machine: no TLS, demo log-ins, e-mail on the console.
DEMO = flag("DEMO")
DEBUG = flag("DEBUG")

SECRET_KEY = os.environ.get("SECRET_KEY", "")
if not SECRET_KEY:
    if not (DEMO or DEBUG or flag("BUILD")):
        raise ImproperlyConfigured("Set SECRET_KEY (50 random characters or more).")
    SECRET_KEY = "only-for-development-and-demo-never-in-production"  # noqa: S105

ALLOWED_HOSTS = words("ALLOWED_HOSTS", "127.0.0.1,localhost,[::1]" if DEMO else "")
SITE_URL = os.environ.get("SITE_URL", "http://127.0.0.1:8000").rstrip("/")
CSRF_TRUSTED_ORIGINS = words("CSRF_TRUSTED_ORIGINS")

INSTALLED_APPS = [
    "omradesatsing.apps.OmradesatsingConfig",
    "omradesatsing.apps.PortalAdminConfig",
    "omradesatsing.accounts",
    "omradesatsing.journal",
    "omradesatsing.notices",
    "omradesatsing.files",
    "omradesatsing.ui",
    "areas",
    "coordinators",
    "grants",
    "allauth",
    "allauth.account",
    "crispy_forms",
    "django_filters",
    "pgtrigger",
    "pghistory",
    "procrastinate.contrib.django",
    "csp",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.sitemaps",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.forms",  # its widget templates, some of which we replace
]

MIDDLEWARE = [
    "omradesatsing.middleware.arrival",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "omradesatsing.middleware.PublicGZipMiddleware",
    "django.middleware.http.ConditionalGetMiddleware",
    "omradesatsing.middleware.private_by_default",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "omradesatsing.accounts.middleware.LogInRequired",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "omradesatsing.accounts.middleware.actor",
    "omradesatsing.accounts.middleware.log_refusals",
    "pghistory.middleware.HistoryMiddleware",
]

ROOT_URLCONF = "omradesatsing.urls"
WSGI_APPLICATION = "omradesatsing.wsgi.application"

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
                "omradesatsing.pages.context.portal",
            ],
        },
    },
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
CRISPY_ALLOWED_TEMPLATE_PACKS = ["ds"]
CRISPY_TEMPLATE_PACK = "ds"

# --- Database: PostgreSQL only ------------------------------------------------------


def database(url):
    """Django's settings from a postgresql:// address, as libpq reads it."""
    info = conninfo_to_dict(url)
    limits = "-c statement_timeout=20s -c lock_timeout=8s"
    options = {
        key: value
        for key, value in info.items()
        if key not in {"dbname", "user", "password", "host", "port", "options"}
    }
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": info.get("dbname", "omradesatsing"),
        "USER": info.get("user", ""),
        "PASSWORD": info.get("password", ""),
        "HOST": info.get("host", ""),
        "PORT": info.get("port", ""),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": options | {"options": f"{info.get('options', '')} {limits}".strip()},
    }


DATABASES = {"default": database(os.environ.get("DATABASE_URL", "postgresql:///"))}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- Who is logged in ---------------------------------------------------------------

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {
        "NAME": "django.contrib.auth.password_validation"
        ".UserAttributeSimilarityValidator"
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_request_login_code"
LOGIN_REDIRECT_URL = "pages:my_page"
ACCOUNT_ADAPTER = "omradesatsing.accounts.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
# There is no sign-up form; without password1 the log-in form would ask for none.
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = 10 * 60
ACCOUNT_LOGIN_BY_CODE_MAX_ATTEMPTS = 5
# A new code is asked for on the first page, where the limits count it.
ACCOUNT_LOGIN_BY_CODE_SUPPORTS_RESEND = False
# Per address ("key"), and wide enough per sender for a school behind one address.
ACCOUNT_RATE_LIMITS = {
    "request_login_code": "60/m/ip,3/15m/key",
    "reset_password": "60/m/ip,3/15m/key",
    "login": "60/m/ip",
    "login_failed": "30/m/ip,5/15m/key",
}
PASSWORD_RESET_TIMEOUT = 60 * 60
ACCOUNT_LOGOUT_REDIRECT_URL = "pages:home"
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "http" if DEMO else "https"
ACCOUNT_FORMS = {
    "request_login_code": "omradesatsing.accounts.forms.RequestCodeForm",
    "confirm_login_code": "omradesatsing.accounts.forms.ConfirmCodeForm",
    "login": "omradesatsing.accounts.forms.PasswordLogInForm",
    "reset_password": "omradesatsing.accounts.forms.ForgottenPasswordForm",
    "reset_password_from_key": "omradesatsing.accounts.forms.NewPasswordForm",
    "change_password": "omradesatsing.accounts.forms.ChangePasswordForm",
}
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""

# All processes count log-in attempts together: a memory of its own per process, and
# every new process, would be new tries.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "portal_cache",
        "OPTIONS": {"MAX_ENTRIES": 20_000, "CULL_FREQUENCY": 4},
    }
}
SESSION_ENGINE = "omradesatsing.accounts.sessions"
SESSION_COOKIE_AGE = 60 * 60 * 8
# Without use; a page that is open warns before, and extends by one press.
SESSION_IDLE_SECONDS = int(os.environ.get("SESSION_IDLE_SECONDS", 60 * 60 * 2))
SESSION_IDLE_STAFF_SECONDS = int(
    os.environ.get("SESSION_IDLE_STAFF_SECONDS", 60 * 60 * 8)
)
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "omradesatsing.pages.errors.csrf_failure"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

# --- Transport and headers ----------------------------------------------------------

TRUSTED_PROXIES = words("TRUSTED_PROXIES", "127.0.0.1")
if not (DEMO or DEBUG):
    SESSION_COOKIE_NAME = "__Host-sessionid"
    CSRF_COOKIE_NAME = "__Host-csrftoken"
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True
    SECURE_SSL_REDIRECT = flag("SSL_REDIRECT", "1")
    SECURE_REDIRECT_EXEMPT = [r"^livez$", r"^readyz$"]
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_HSTS_SECONDS = 63_072_000
    SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = True
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        # The design system draws its icons as masks from data: addresses.
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "object-src": [NONE],
    }
}
# Above one attachment (10 MB), so that the form itself can say what is too large.
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_621_440
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2_000
FILE_UPLOAD_MAX_MEMORY_SIZE = 1_048_576

# --- Language and time --------------------------------------------------------------

LANGUAGE_CODE = "nb"
# Each by its own name, whatever language the page is in.
LANGUAGES = [("nb", "Bokmål"), ("nn", "Nynorsk"), ("en", "English")]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Europe/Oslo"
USE_THOUSAND_SEPARATOR = False

# --- Files --------------------------------------------------------------------------

STATIC_URL = "/static/"
STATIC_ROOT = VAR_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
# Uploads and letters: outside the web root, without an address of their own.
MEDIA_ROOT = Path(os.environ.get("FILES_DIR", VAR_DIR / "files"))
MEDIA_URL = ""
# ClamAV's socket, `unix:/run/clamav/clamd.ctl` or `tcp:127.0.0.1:3310`; empty: uploads
# are not scanned, and every page that shows one says so.
CLAMD = os.environ.get("CLAMD", "")
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
WHITENOISE_MAX_AGE = 31_536_000 if not DEBUG else 0

# --- E-mail, sent by the worker -----------------------------------------------------

DEFAULT_FROM_EMAIL = os.environ.get(
    "DEFAULT_FROM_EMAIL", "Områdesatsing i Bergen <ikke-svar@portal.example>"
)
SERVER_EMAIL = DEFAULT_FROM_EMAIL
EMAIL_BACKEND = os.environ.get(
    "EMAIL_BACKEND",
    "django.core.mail.backends.console.EmailBackend"
    if DEMO or DEBUG
    else "django.core.mail.backends.smtp.EmailBackend",
)
EMAIL_HOST = os.environ.get("EMAIL_HOST", "localhost")
EMAIL_PORT = int(os.environ.get("EMAIL_PORT", "25"))
EMAIL_HOST_USER = os.environ.get("EMAIL_HOST_USER", "")
EMAIL_HOST_PASSWORD = os.environ.get("EMAIL_HOST_PASSWORD", "")
EMAIL_USE_TLS = flag("EMAIL_USE_TLS")
EMAIL_TIMEOUT = 20

# --- Enhetsregisteret and Frivillighetsregisteret -----------------------------------

# Empty: nobody is asked. `make demo` runs a register of its own.
REGISTER_URL = os.environ.get(
    "REGISTER_URL", "" if DEMO or DEBUG else "https://data.brreg.no"
).rstrip("/")

# --- History of set-up and editorial tables -----------------------------------------

# `history`, because an Area has `events` of its own.
PGHISTORY_OBJ_FIELD = pghistory.ObjForeignKey(related_name="history")
PGHISTORY_ADMIN_CLASS = "omradesatsing.admin.HistoryAdmin"
PGHISTORY_ADMIN_MODEL = "pghistory.MiddlewareEvents"
# GET changes nothing; asking who is logged in would cost every public page its cache.
PGHISTORY_MIDDLEWARE_METHODS = ("POST", "PUT", "PATCH", "DELETE")

# --- The municipality's own words ---------------------------------------------------

PORTAL_NAME = os.environ.get("PORTAL_NAME", "Områdesatsing i Bergen")
CONTACT_EMAIL = os.environ.get("CONTACT_EMAIL", "")
CONTACT_PHONE = os.environ.get("CONTACT_PHONE", "55 56 55 56")
# Who in the municipality answers for the personal data, and how to reach the officer.
CONTROLLER_UNIT = os.environ.get("CONTROLLER_UNIT", "")
DATA_PROTECTION_OFFICER = os.environ.get("DATA_PROTECTION_OFFICER", "")
ACCESSIBILITY_STATEMENT_URL = os.environ.get("ACCESSIBILITY_STATEMENT_URL", "")
SECURITY_CONTACT = os.environ.get("SECURITY_CONTACT", "")

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "plain": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}
    },
    "filters": {
        "without_arguments": {"()": "omradesatsing.notices.logs.WithoutArguments"}
    },
    "handlers": {
        "console": {
            "class": "logging.StreamHandler",
            "formatter": "plain",
            "filters": ["without_arguments"],
        }
    },
    "root": {"handlers": ["console"], "level": "INFO"},
    "loggers": {
        "procrastinate": {"level": "WARNING"},
        "django.request": {"level": "ERROR"},
    },
}
