-- What every script on a room begins with: its keys, its arguments, and the room as it is, in the server's epoch.
--
-- KEYS  h (hot fields), r (cold fields), i (prefix of inboxes), due, at (prefix), e (epoch), leases, leases' marks
-- ARGV  room, asking node, epoch that the caller knows (0: the present one), prefix of node channels, entries and bytes
--       that an inbox may hold; the script's own arguments follow from ARGV[7] on
--
-- A script refuses before its first write: fields are changed in memory and written by `finish`, inboxes are appended to
-- once nothing can be refused any more. Numbers travel as text of whole numbers: Lua would print 14 digits.

local HOT, COLD, INBOX, DUE, AT, ERA, LEASES, MARKS = unpack(KEYS)
local ROOM, NODE, KNOWN, CHANNEL = ARGV[1], ARGV[2], tonumber(ARGV[3]), ARGV[4]
local ENTRIES, BYTES, ARGS = tonumber(ARGV[5]), tonumber(ARGV[6]), 7
local TTL, CLAIM_WAIT, ENDED_MAX, MARKS_MAX, SKIPPED_MAX = 3600, 100, 16, 8, 512

local function text(number) return string.format('%.0f', number) end
local function number(field) return tonumber(field or 0) end

-- The fields of a hash: read once, written at the end. `false` is a field that is not there.
local function fields(key)
  local seen, changed, self = {}, {}, {}
  function self.get(name)
    if seen[name] == nil then seen[name] = redis.call('HGET', key, name) end
    return seen[name]
  end
  function self.load(names)
    if #names == 0 then return end
    for first = 1, #names, 1000 do
      local last = math.min(first + 999, #names)
      local found = redis.call('HMGET', key, unpack(names, first, last))
      for place = first, last do
        if seen[names[place]] == nil then seen[names[place]] = found[place - first + 1] end
      end
    end
  end
  function self.set(name, value) seen[name], changed[name] = value, true end
  function self.clear(name) seen[name], changed[name] = false, true end
  function self.flush()
    local put, drop = {}, {}
    for name in pairs(changed) do
      if seen[name] then
        put[#put + 1], put[#put + 2] = name, seen[name]
      else
        drop[#drop + 1] = name
      end
    end
    for first = 1, #put, 1000 do redis.call('HSET', key, unpack(put, first, math.min(first + 999, #put))) end
    for first = 1, #drop, 1000 do redis.call('HDEL', key, unpack(drop, first, math.min(first + 999, #drop))) end
  end
  return self
end

local hot, cold = fields(HOT), fields(COLD)
local now = clock()
local era = redis.call('HMGET', ERA, 'n', 't', 'newest')
local epoch, settles = number(era[1]), nil
local seats = {}
local touched, has_connected = {}, false

-- One entry or end and whom it is for: {node, seats, source, entry}, in the order in which they happened.
local told, open = {}, {}

local function tell(node, seat, source, entry)
  local group = open[node]
  if not group then
    group = { node = node, seats = {}, source = source, entry = entry }
    open[node], told[#told + 1] = group, group
  end
  group.seats[#group.seats + 1] = seat
end

local function tell_end(node, seat, reason)
  told[#told + 1] = { node = node, seats = { seat }, reason = reason }
end

-- A seat, by its join order `n`.
local function fence(n) return number(hot.get('f' .. n)) end
local function node(n) return hot.get('a' .. n) end
local function kept_for(n) local at = hot.get('d' .. n) return at and tonumber(at) end
local function is_connected(n) return not hot.get('d' .. n) end
local function is_orphaned(n) return hot.get('o' .. n) end
local function is_unclaimed(n) return hot.get('x' .. n) end
local function is_to_be_claimed(n) return is_connected(n) and is_unclaimed(n) end
local function last_entry(n) return number(hot.get('q' .. n)) end

local function place(n)
  for index, seat in ipairs(seats) do if seat == n then return index end end
end

local function load_seats(letters)
  local names = {}
  for _, n in ipairs(seats) do
    for letter in letters:gmatch('.') do names[#names + 1] = letter .. n end
  end
  hot.load(names)
end

local function settles_in()
  if settles and settles > now then return settles - now end
end

-- Epochs in which a seat was not claimed: {{epoch, newest entry then}, …}.
local function marks(n)
  local list = {}
  for era_of, seq in (hot.get('x' .. n) or ''):gmatch('(%d+):(%d+)') do
    list[#list + 1] = { tonumber(era_of), tonumber(seq) }
  end
  return list
end

local function first_mark(n) local list = marks(n) return list[1] and list[1][2] end

local function mark_after(n, known)
  local list = marks(n)
  for _, mark in ipairs(list) do if mark[1] > known then return mark[2] end end
  return list[#list] and list[#list][2]
end

-- The room was stored in an older epoch: each seat is to be claimed in this one.
local function enter()
  load_seats('xq')
  for _, n in ipairs(seats) do
    local list = marks(n)
    if #list == MARKS_MAX then table.remove(list, 2) end
    list[#list + 1] = { epoch, last_entry(n) }
    local parts = {}
    for index, mark in ipairs(list) do parts[index] = text(mark[1]) .. ':' .. text(mark[2]) end
    hot.set('x' .. n, table.concat(parts, ' '))
    hot.set('l' .. n, 'U')
  end
  hot.set('ep', text(epoch))
  settles = number(era[2])
  hot.set('t', text(settles))
  hot.entered = true
end

hot.load({ 's', 'ep', 't' })
local is_stored = hot.get('s') and true or false
if is_stored then
  for n in hot.get('s'):gmatch('%d+') do seats[#seats + 1] = n end
  settles = hot.get('t') and tonumber(hot.get('t'))
  if number(hot.get('ep')) < epoch then enter() end
elseif number(era[2]) > now then
  settles = number(era[2])
end

-- The answer for a caller who knows the room in another epoch, if so; `lost`: the server knows no epoch.
local function stale()
  if not era[1] then return { 'lost' } end
  if KNOWN ~= 0 and KNOWN ~= epoch then return { 'epoch', text(epoch) } end
end

local function newest_order()
  return math.max(number(cold.get('rev')), is_stored and 0 or number(era[3]))
end
