# docker build -t rankshift . && docker run -p 127.0.0.1:8501:8501 -v rankshift:/data rankshift
# Another command of the same image: docker run --rm -v rankshift:/data rankshift rankshift load ensu2015 --demo
# Where that base cannot be fetched, another one with Python 3.11 or later: --build-arg BASE=NAME (deploy/try_image.sh)
ARG BASE=python:3.12-slim
FROM ${BASE}

RUN useradd --create-home --uid 10001 rankshift && install -d -o rankshift -m 0700 /data
WORKDIR /opt/rankshift
COPY . .
RUN pip install --no-cache-dir uv && uv pip install --system --no-cache .

USER rankshift
WORKDIR /data
VOLUME /data
# the keys are wanted elsewhere than beside the store: mount a folder of their own and name the files
ENV RANKSHIFT_STORE=/data/rankshift.db PYTHONUNBUFFERED=1
EXPOSE 8501
HEALTHCHECK --start-period=60s CMD ["python", "-c", "from urllib.request import urlopen; urlopen('http://127.0.0.1:8501/_stcore/health')"]
CMD ["sh", "-c", "rankshift init && exec rankshift serve --address 0.0.0.0 --port 8501"]
