-- What the usual cases (`swift`, `rest`, `newcomer`, `reconnect`) and all others know of inboxes and indexes.

-- The node holds a seat in the room. If it holds something again, a lease that was put by (`leases.lua`) is looked at as before.
local function enlist(at, leases, name, room)
  if redis.call('SADD', at .. name, room) == 0 then return end
  local lease = tonumber(redis.call('ZSCORE', leases, name) or 0)
  if lease < 0 then redis.call('ZADD', leases, string.format('%.0f', lease + 1e13), name) end
end

-- After a loss nobody knows the leases: a node that takes a seat has `grace` to renew its own, else nobody would miss it.
local function grant(leases, grace, name, at)
  if grace then redis.call('ZADD', leases, 'NX', string.format('%.0f', at + grace), name) end
end

-- Bytes of text that an entry holds; what precedes it is bounded by the number of entries.
local function bytes_of(entry)
  local kind = entry:sub(1, 1)
  if kind == 'L' then return 0 end
  if kind == 'H' or kind == 'V' then
    local one, other = entry:match('^.([^\n]*)\n([^\n]*)\n')
    return #one + #other
  end
  local _, head = entry:find('^[^\n]*\n')
  if kind == 'J' then _, head = entry:find('^[^\n]*\n[^\n]*\n[^\n]*\n') end
  return #entry - (head or 0)
end
