-- A lease that ended a while ago, and whose node holds nothing in this bucket, is put by: so far below zero that nobody looks at it
-- any more, but its node is told that it has lapsed, should it come back.
local PUT_BY, PUT_BY_AFTER = 1e13, 60000

-- Leases that are remembered: node names carry the node's start, so each restart leaves one behind.
local LEASES_MAX = 1024

local function forget_oldest(leases, marks)
  while redis.call('ZCARD', leases) > LEASES_MAX do
    local oldest = redis.call('ZPOPMIN', leases)
    redis.call('HDEL', marks, 'r:' .. oldest[1])
  end
end
