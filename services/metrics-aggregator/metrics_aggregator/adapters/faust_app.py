"""The Faust app with the settings that were found safe under kill -9, churn and a blocked sink."""

import faust
from faust.serializers.codecs import Codec

from metrics_aggregator.adapters.batching import BatchConsumer, BatchScheduler


class PassThrough(Codec):
    """Keys and values stay as they are: ClickHouse parses them."""

    def _loads(self, s: bytes) -> bytes:
        return s

    def _dumps(self, s: bytes) -> bytes:
        return s


def create_faust_app(*, bootstrap: str, group: str, instance_id: str | None, data_folder: str) -> faust.App:
    app = faust.App(
        group,
        broker=f"kafka://{bootstrap}",
        store="memory://",
        datadir=data_folder,
        web_enabled=False,
        topic_disable_leader=True,
        topic_allow_declare=False,
        consumer_auto_offset_reset="earliest",
        consumer_group_instance_id=instance_id,
        # The default of 60 s freezes the whole group for a minute after one worker's death.
        broker_session_timeout=10,
        broker_heartbeat_interval=2,
        # A body may wait for ClickHouse for hours; beyond this a worker becomes a zombie that never resumes.
        broker_max_poll_interval=86_400,
        broker_commit_interval=1.0,
        broker_max_poll_records=2000,
        # Counts batches, not records.
        stream_buffer_maxsize=16,
        stream_wait_empty=False,
        ConsumerScheduler=BatchScheduler,
    )
    setattr(app.transport, "Consumer", BatchConsumer)  # noqa: B010  # declared as a class variable, read per instance
    return app


def bytes_topic(app: faust.App, name: str) -> faust.TopicT:
    return app.topic(name, key_type=None, value_type=None, key_serializer=PassThrough(), value_serializer=PassThrough())
