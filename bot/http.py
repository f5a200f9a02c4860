"""What every installation answers over HTTP besides its channels: is it alive, is it ready, what is it doing."""

from collections.abc import Callable

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse, PlainTextResponse
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Histogram, generate_latest


class Metrics:
    """Counters of this process."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.turns = Counter(
            "dealer_turns_total", "Messages handled", ["channel", "status"], registry=self.registry
        )
        self.seconds = Histogram(
            "dealer_turn_seconds",
            "From a message's arrival to its commit",
            ["channel"],
            registry=self.registry,
            buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
        )


def router(metrics: Metrics, is_ready: Callable[[], bool]) -> APIRouter:
    """`/healthz`: the process runs. `/readyz`: it can serve; 503 otherwise. `/metrics`: Prometheus text."""
    routes = APIRouter(include_in_schema=False)

    @routes.get("/healthz")
    async def healthz() -> Response:
        return PlainTextResponse("ok")

    @routes.get("/readyz")
    def readyz() -> Response:
        ready = is_ready()
        return JSONResponse({"ready": ready}, status_code=200 if ready else 503)

    @routes.get("/metrics")
    async def figures(_request: Request) -> Response:
        return Response(generate_latest(metrics.registry), media_type=CONTENT_TYPE_LATEST)

    return routes
