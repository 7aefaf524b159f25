-- Leases that are remembered: node names carry the node's start, so each restart leaves one behind.
local LEASES_MAX = 1024

local function forget_oldest(leases, marks)
  if redis.call('ZCARD', leases) > LEASES_MAX then
    local oldest = redis.call('ZPOPMIN', leases)
    redis.call('HDEL', marks, 'r:' .. oldest[1])
  end
end
