CREATE OR REPLACE TABLE post_facts ON CLUSTER 'main' AS toa_shard.post_facts
ENGINE = Distributed('main', 'toa_shard', 'post_facts', CRC32(toString(account_id)));

CREATE OR REPLACE TABLE account_facts ON CLUSTER 'main' AS toa_shard.account_facts
ENGINE = Distributed('main', 'toa_shard', 'account_facts', CRC32(toString(account_id)));

CREATE OR REPLACE TABLE profile_day_facts ON CLUSTER 'main' AS toa_shard.profile_day_facts
ENGINE = Distributed('main', 'toa_shard', 'profile_day_facts', CRC32(toString(account_id)));

CREATE OR REPLACE TABLE account_day ON CLUSTER 'main' AS toa_shard.account_day
ENGINE = Distributed('main', 'toa_shard', 'account_day', CRC32(toString(account_id)));

CREATE OR REPLACE TABLE post_latest ON CLUSTER 'main' AS toa_shard.post_latest
ENGINE = Distributed('main', 'toa_shard', 'post_latest', CRC32(toString(account_id)));

CREATE OR REPLACE TABLE post_day ON CLUSTER 'main' AS toa_shard.post_day
ENGINE = Distributed('main', 'toa_shard', 'post_day', CRC32(toString(account_id)));

CREATE OR REPLACE TABLE lifecycle_facts ON CLUSTER 'main' AS toa_shard.lifecycle_facts
ENGINE = Distributed('main', 'toa_shard', 'lifecycle_facts', CRC32(toString(account_id)));

CREATE OR REPLACE TABLE label_facts ON CLUSTER 'main' AS toa_shard.label_facts
ENGINE = Distributed('main', 'toa_shard', 'label_facts', CRC32(toString(account_id)));

CREATE OR REPLACE TABLE connection_facts ON CLUSTER 'main' AS toa_shard.connection_facts
ENGINE = Distributed('main', 'toa_shard', 'connection_facts', CRC32(toString(account_id)));

CREATE OR REPLACE TABLE collection_facts ON CLUSTER 'main' AS toa_shard.collection_facts
ENGINE = Distributed('main', 'toa_shard', 'collection_facts', CRC32(toString(account_id)));

CREATE OR REPLACE TABLE audience_facts ON CLUSTER 'main' AS toa_shard.audience_facts
ENGINE = Distributed('main', 'toa_shard', 'audience_facts', CRC32(toString(account_id)));

CREATE OR REPLACE TABLE traffic_facts ON CLUSTER 'main' AS toa_shard.traffic_facts
ENGINE = Distributed('main', 'toa_shard', 'traffic_facts', CRC32(toString(account_id)));

CREATE OR REPLACE TABLE audience_day ON CLUSTER 'main' AS toa_shard.audience_day
ENGINE = Distributed('main', 'toa_shard', 'audience_day', CRC32(toString(account_id)));

CREATE OR REPLACE TABLE erasures ON CLUSTER 'main' AS toa_shard.erasures
ENGINE = Distributed('main', 'toa_shard', 'erasures', CRC32(toString(account_id)));
