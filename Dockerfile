FROM python:3.13-slim

ENV PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    VAR_DIR=/srv/omradesatsing \
    FILES_DIR=/srv/files \
    BIND=0.0.0.0

WORKDIR /app
COPY requirements.txt .
RUN pip install --no-cache-dir --require-hashes --only-binary :all: -r requirements.txt

COPY . .
# The programme runs as a user that can write to the uploaded files and nothing else.
RUN export BUILD=1 DATABASE_URL=postgresql:/// \
    && python manage.py translations compile \
    && python manage.py collectstatic --noinput --verbosity 0 \
    && useradd --system --no-create-home portal \
    && install -d -o portal -g portal "$FILES_DIR"

USER portal
VOLUME /srv/files
EXPOSE 8000
CMD ["gunicorn", "omradesatsing.wsgi"]
