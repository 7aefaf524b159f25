-- What every script on a room ends with: fields are written, indexes follow, nodes are told. Follows `seats.lua`.

-- Until when an absent seat is kept: one whose node was found dead before a loss also until the epoch has settled.
local function kept_until(n)
  local at = kept_for(n)
  if at and settles and is_orphaned(n) and is_unclaimed(n) then return math.max(at, settles) end
  return at
end

local function index_nodes()
  for name in pairs(touched) do
    local holds = false
    for _, n in ipairs(seats) do holds = holds or (is_connected(n) and node(n) == name) end
    redis.call(holds and 'SADD' or 'SREM', AT .. name, ROOM)
  end
end

local function index_deadline()
  local first = settles
  for _, n in ipairs(seats) do
    local at = kept_until(n)
    if at and (not first or at < first) then first = at end
  end
  if first then redis.call('ZADD', DUE, text(first), ROOM) else redis.call('ZREM', DUE, ROOM) end
end

-- After a loss nobody knows the leases: a node that takes a seat has so long to renew, else nobody would miss it.
local function meet()
  if has_connected and redis.call('HGET', MARKS, 'forgotten') then
    redis.call('ZADD', LEASES, 'NX', text(now + redis.call('HGET', MARKS, 'forgotten')), NODE)
  end
end

-- What the asking node has to deliver, as {head, entry, …}; other nodes are told theirs.
local function publish()
  local here = {}
  for _, group in ipairs(told) do
    local head
    if group.reason then
      head = 'X ' .. text(epoch) .. ' ' .. group.seats[1] .. ' ' .. group.reason
    else
      head = 'E ' .. text(epoch) .. ' ' .. table.concat(group.seats, ',') .. ' ' .. (group.source or '-')
    end
    if group.node == NODE then
      here[#here + 1], here[#here + 2] = head, group.entry or ''
    else
      redis.call('PUBLISH', CHANNEL .. group.node, ROOM .. ' ' .. head .. '\n' .. (group.entry or ''))
    end
  end
  return here
end

-- Writes what has changed. A room without seats is removed; its newest join order stays known.
local function finish()
  if #seats == 0 then
    -- Also of a room that has expired meanwhile: its traces in the indexes go.
    redis.call('ZREM', DUE, ROOM)
    for name in pairs(touched) do redis.call('SREM', AT .. name, ROOM) end
    if is_stored then
      redis.call('HSET', ERA, 'newest', text(math.max(number(cold.get('rev')), number(era[3]))))
      redis.call('DEL', HOT, COLD)
    end
    return publish()
  end
  load_seats('adox')
  hot.set('s', table.concat(seats, ' '))
  hot.set('ep', text(epoch))
  if settles then hot.set('t', text(settles)) else hot.clear('t') end
  index_nodes()
  index_deadline()
  hot.flush()
  cold.flush()
  redis.call('EXPIRE', HOT, TTL)
  redis.call('EXPIRE', COLD, TTL)
  meet()
  return publish()
end

-- The same for a step that only passes messages on: indexes follow only if a seat was connected again, or the epoch is new.
local function finish_passing()
  if has_connected or hot.entered then return finish() end
  hot.flush()
  cold.flush()
  return publish()
end
