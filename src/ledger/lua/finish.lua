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
    if holds then enlist(AT, LEASES, name, ROOM) else redis.call('SREM', AT .. name, ROOM) end
  end
end

local function index_deadline()
  local first = settles
  for _, n in ipairs(seats) do
    local at = kept_until(n)
    if at and (not first or at < first) then first = at end
  end
  local at = first and text(first) or false
  -- The reaper asks because of what the index says; where a room has expired, `D` has gone with it.
  if at == hot:get('D') and not is_reaping then return end
  if at then
    redis.call('ZADD', DUE, at, ROOM)
    hot:set('D', at)
  else
    redis.call('ZREM', DUE, ROOM)
    hot:clear('D')
  end
end

-- What the asking node has to deliver, as {head, entry, …}; other nodes are told theirs.
local function publish()
  local here = {}
  for _, group in ipairs(told) do
    local head
    if group.reason then
      head = 'X ' .. text(epoch) .. ' ' .. group.seats[1] .. ' ' .. group.reason
    elseif group.host then
      head = 'U ' .. text(epoch) .. ' ' .. group.seats[1] .. ' ' .. group.session
    else
      head = 'E ' .. text(epoch) .. ' ' .. table.concat(group.seats, ',') .. ' ' .. (group.source or '-')
    end
    if group.node == NODE then
      here[#here + 1], here[#here + 2] = head, group.host or group.entry or ''
    else
      redis.call('PUBLISH', CHANNEL .. group.node, ROOM .. ' ' .. head .. '\n' .. (group.entry or ''))
    end
  end
  return here
end

-- Writes what has changed, and renews lifetimes once a sixth of them is over, so that an hour at least is left.
local function write()
  local is_due = #seats > 0 and (not hot:get('T') or now() - tonumber(hot:get('T')) >= PROLONG_MS)
  if is_due then hot:set('T', text(now())) end
  flush_records()
  hot:flush()
  cold:flush()
  if is_due then
    redis.call('EXPIRE', HOT, TTL)
    redis.call('EXPIRE', COLD, TTL)
  end
end

-- Indexes, fields, and what nodes are told. A room without seats is removed; its newest join order stays known.
local function finish()
  keep_events()
  if #seats == 0 then
    -- Also of a room that has expired meanwhile: its traces in the indexes go.
    redis.call('ZREM', DUE, ROOM)
    for name in pairs(touched) do redis.call('SREM', AT .. name, ROOM) end
    if is_stored then
      redis.call('HSET', ERA, 'newest', text(math.max(number(cold:get('rev')), number(era[3]))))
      redis.call('DEL', HOT, COLD)
    end
    return publish()
  end
  load_seats()
  hot:set('s', table.concat(seats, ' '))
  hot:set('ep', text(epoch))
  if settles then hot:set('t', text(settles)) else hot:clear('t') end
  index_nodes()
  index_deadline()
  write()
  if has_connected then grant(LEASES, era[4], NODE, now()) end
  return publish()
end

-- The same for a step that only passes messages on: indexes follow only if a seat was connected again, or the epoch is new.
local function finish_passing()
  if has_connected or hot.entered then return finish() end
  write()
  return publish()
end
