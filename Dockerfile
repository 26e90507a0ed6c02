# Two stages: the first has what building needs, the second only what runs.
FROM python:3.12-slim AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
RUN python -m venv /opt/vigie
ENV PATH=/opt/vigie/bin:$PATH
WORKDIR /src
COPY requirements.txt .
RUN pip install --require-hashes -r requirements.txt
COPY pyproject.toml README.md ./
COPY questionnaires questionnaires
COPY scoring scoring
COPY guidance guidance
COPY fhir_export fhir_export
COPY migrations migrations
COPY app app
RUN pip install --no-deps --no-build-isolation .
# From another folder, so that the packages as installed are checked, not the sources. What passes here is what
# runs: the image carries its own installation evidence.
WORKDIR /
RUN vigie check

FROM python:3.12-slim
RUN useradd --system --uid 10001 --no-create-home --shell /usr/sbin/nologin vigie
COPY --from=build /opt/vigie /opt/vigie
ENV PATH=/opt/vigie/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 VIGIE_HOST=0.0.0.0
USER vigie
WORKDIR /tmp
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/health/live', timeout=2)"]
CMD ["vigie", "serve"]
