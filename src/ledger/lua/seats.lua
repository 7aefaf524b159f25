-- Seats and their inboxes: appending, trimming, numbers of sessions, taking and freeing a seat. Follows the prelude.

-- Lengths of inboxes, as far as they are known.
local lengths = {}

-- Appends an entry, drops the oldest beyond the bounds, and tells the seat's node if the seat is connected and claimed.
local function append(n, entry, source)
  local key, seq = INBOX .. n, last_entry(n) + 1
  local bytes = number(get(n, 'y')) + bytes_of(entry)
  local length = redis.call('RPUSH', key, entry)
  if length == 1 then redis.call('EXPIRE', key, INBOX_TTL) end
  while length > 0 and (length > ENTRIES or bytes > BYTES) do
    bytes, length = bytes - bytes_of(redis.call('LPOP', key)), length - 1
  end
  lengths[n] = length
  put(n, 'q', text(seq))
  put(n, 'y', text(bytes))
  if is_connected(n) and not is_unclaimed(n) then tell(node(n), n .. ':' .. text(seq), source, entry) end
end

local function append_to_all(entry, source, except)
  open = {}
  for _, n in ipairs(seats) do if n ~= except then append(n, entry, source) end end
end

local function length(n)
  lengths[n] = lengths[n] or redis.call('LLEN', INBOX .. n)
  return lengths[n]
end

local function dropped(n) return last_entry(n) - length(n) end

-- Keeps so many of the newest entries.
local function keep(n, kept)
  local excess = length(n) - kept
  if excess <= 0 then return end
  if kept <= 0 then
    redis.call('DEL', INBOX .. n)
    put(n, 'y', false)
    lengths[n] = 0
    return
  end
  local bytes = number(get(n, 'y'))
  for _, old in ipairs(redis.call('LPOP', INBOX .. n, excess)) do bytes = bytes - bytes_of(old) end
  put(n, 'y', text(bytes))
  lengths[n] = kept
end

local function trim(n, seq) keep(n, last_entry(n) - math.min(seq, last_entry(n))) end

-- Entries after number `seq` as {number before the first, entries}; nothing if they are not all stored.
local function read(n, seq)
  if seq == last_entry(n) then return { text(seq), {} } end
  local first = dropped(n)
  if seq > last_entry(n) or seq < first then return nil end
  return { text(seq), redis.call('LRANGE', INBOX .. n, text(seq - first), -1) }
end

-- How many entries came in an epoch that began at `mark`, if its reader has seen more than was stored then.
local function since(n, mark, seen)
  if mark and seen > mark and last_entry(n) >= mark then return last_entry(n) - mark end
end

local function read_settled(n, mark, seen)
  local newer = since(n, mark, seen)
  if not newer then return read(n, seen) end
  if length(n) < newer then return nil end
  return { text(seen), newer > 0 and redis.call('LRANGE', INBOX .. n, text(-newer), -1) or {} }
end

local function settle(n, mark, seen)
  local newer = since(n, mark, seen)
  if not newer then return end
  keep(n, newer)
  put(n, 'q', text(seen + newer))
end

-- Numbers that a session used: `c<from>.<to>` is the last one, with `d` once a description has passed; `p<from>` lists
-- the receivers, `z<from>` is the last one towards receivers that are freed.
local function last_number(from, to)
  return number((hot:get('c' .. from .. '.' .. to) or '0'):match('%d+'))
end

local function raise(from, to, cid, described)
  local name = 'c' .. from .. '.' .. to
  local before = hot:get(name)
  if not before then
    local others = hot:get('p' .. from)
    hot:set('p' .. from, others and others .. ' ' .. to or to)
  end
  local known = number((before or '0'):match('%d+'))
  local mark = (described or before and before:find('d')) and 'd' or ''
  hot:set(name, text(math.max(known, cid)) .. mark)
end

local function raise_broadcast(from, cid)
  if cid > 0 then put(from, 'b', text(math.max(number(get(from, 'b')), cid))) end
end

local function receivers(from)
  local list = {}
  for to in (hot:get('p' .. from) or ''):gmatch('%d+') do list[#list + 1] = to end
  return list
end

-- Forgets what was sent to seats that are not here; the numbers stay used.
local function retain(from, is_here)
  local stay, freed = {}, number(get(from, 'z'))
  for _, to in ipairs(receivers(from)) do
    if is_here(to) then
      stay[#stay + 1] = to
    else
      freed = math.max(freed, last_number(from, to))
      hot:clear('c' .. from .. '.' .. to)
    end
  end
  if #stay > 0 then hot:set('p' .. from, table.concat(stay, ' ')) else hot:clear('p' .. from) end
  if freed > 0 then put(from, 'z', text(freed)) end
end

-- Numbers that were not applied: `cid:code`, ascending, without a code while it may still be applied.
local function skipped(list)
  local found = {}
  for cid, code in (list or ''):gmatch('(%d+):([%a_]*)') do found[#found + 1] = { tonumber(cid), code } end
  return found
end

local function skips_of(n) return get(n, 'k') and skipped(hot:get('k' .. n)) or {} end

local function store_skipped(n, list)
  local parts = {}
  for index = math.max(1, #list - SKIPPED_MAX + 1), #list do
    parts[#parts + 1] = text(list[index][1]) .. ':' .. list[index][2]
  end
  put(n, 'k', #parts > 0 and '1')
  if #parts > 0 then hot:set('k' .. n, table.concat(parts, ' ')) else hot:clear('k' .. n) end
end

local function skip(n, more)
  if more == '' then return end
  local list = skips_of(n)
  for _, one in ipairs(skipped(more)) do
    local index = 1
    while list[index] and list[index][1] < one[1] do index = index + 1 end
    if list[index] and list[index][1] == one[1] then list[index] = one else table.insert(list, index, one) end
  end
  store_skipped(n, list)
end

-- These numbers were applied: `cids` is a text of numbers.
local function apply(n, cids)
  if not get(n, 'k') then return end
  local applied, list = {}, {}
  for cid in cids:gmatch('%d+') do applied[tonumber(cid)] = true end
  for _, one in ipairs(skips_of(n)) do
    if not applied[one[1]] then list[#list + 1] = one end
  end
  store_skipped(n, list)
end

local function is_skipped(n, cid)
  for _, one in ipairs(skips_of(n)) do if one[1] == cid then return true end end
  return false
end

-- A seat as its neighbours see it.
local function member(n)
  return n .. (is_connected(n) and '\n1\n' or '\n0\n') .. (about(n, SHOWN) or '')
end

-- Loads what members are listed with, and further cold fields, with one question.
local function load_members(names)
  for _, n in ipairs(seats) do names[#names + 1] = n end
  cold:load(names)
end

local function members(except)
  local list = {}
  load_members({})
  load_seats()
  for _, n in ipairs(seats) do if n ~= except then list[#list + 1] = member(n) end end
  return list
end

local function confirm(n)
  if get(n, 'j') then
    put(n, 'j', false)
    cold:clear('j' .. n)
  end
end

local function connect(n)
  has_connected = true
  if node(n) then touched[node(n)] = true end
  touched[NODE] = true
  put(n, 'a', NODE)
  put(n, 'd', false)
  put(n, 'o', false)
end

-- Seats somebody under this number, connected to the asking node, in the order of the numbers. `shown`: as in `about`.
local function make_seat(n, generation, user, secret, window, shown)
  local index = #seats + 1
  while seats[index - 1] and tonumber(seats[index - 1]) > tonumber(n) do index = index - 1 end
  table.insert(seats, index, n)
  cold:set('rev', text(math.max(newest_order(), tonumber(n))))
  cold:set('u' .. user, n)
  set_about(n, window, secret, shown)
  put(n, 'f', generation)
  connect(n)
end

local function disconnect(n, at, orphaned)
  event(is_connected(n) and 'D' .. n .. '\n' .. about(n, USER) .. '\n' .. node(n))
  touched[node(n)] = true
  put(n, 'd', text(at))
  if orphaned then put(n, 'o', '1') else put(n, 'o', false) end
end

-- Whether no newer generation of the seat is known.
local function is_up_to(n, generation) return place(n) and fence(n) <= generation end

-- Whether the seat is of this very generation; its holder lives, so an orphaned seat is connected again.
local function is_held(n, generation)
  if not place(n) or fence(n) ~= generation then return false end
  confirm(n)
  if is_orphaned(n) and node(n) == NODE then
    connect(n)
    event('R' .. n .. '\n' .. about(n, USER) .. '\n' .. NODE)
  end
  return true
end

local function tell_ended(n, reason)
  if is_connected(n) or is_orphaned(n) then tell_end(node(n), n, get(n, 'f') .. ' ' .. reason) end
end

-- Why seats were freed whose holders may not know: `order:fence:reason`, oldest first.
local function remember(n, generation, reason)
  local list = {}
  for one in (cold:get('e') or ''):gmatch('%S+') do list[#list + 1] = one end
  if #list == ENDED_MAX then table.remove(list, 1) end
  list[#list + 1] = n .. ':' .. generation .. ':' .. reason
  cold:set('e', table.concat(list, ' '))
end

local function remembered(n, generation)
  local reason
  for order, fence_of, why in (cold:get('e') or ''):gmatch('(%d+):(%d+):(%a+)') do
    if order == n and tonumber(fence_of) >= generation then reason = why end
  end
  return reason
end

local function drop(n)
  for _, to in ipairs(receivers(n)) do hot:clear('c' .. n .. '.' .. to) end
  for letter in ('kp'):gmatch('.') do hot:clear(letter .. n) end
  forget(n)
  local user = 'u' .. (about(n, USER) or '')
  if cold:get(user) == n then cold:clear(user) end
  abouts[n] = nil
  cold:clear(n)
  for letter in ('jHP'):gmatch('.') do cold:clear(letter .. n) end
  redis.call('DEL', INBOX .. n)
end

-- Whether others are not told of a seat: that stands first behind its name (`told.lua`).
local function hides(name) return name:find('\1_hidden\t', 1, true) end
local function is_hidden(n) return hides(about(n, NAME) or '') end

-- Frees a seat and tells the others, except of one that is hidden, or that nobody has claimed while the epoch settles.
local function free(n, reason)
  local was_connected, was_unclaimed, user = is_connected(n), is_unclaimed(n), about(n, USER)
  local was_hidden = is_hidden(n)
  touched[node(n)] = true
  event('L' .. n .. '\n' .. user .. '\n' .. reason)
  if hot:get('M') then unhost(n, about(n, SESSION)) end
  table.remove(seats, place(n))
  drop(n)
  load_seats('p')
  local pairs_of = {}
  for _, other in ipairs(seats) do pairs_of[#pairs_of + 1] = 'c' .. other .. '.' .. n end
  hot:load(pairs_of)
  for _, other in ipairs(seats) do
    if hot:get('c' .. other .. '.' .. n) then retain(other, function(to) return to ~= n end) end
  end
  local is_settling = settles_in() or settles and was_connected
  if not (was_hidden or is_settling and was_unclaimed) then
    load_seats()
    append_to_all('L' .. n .. '\n' .. user .. '\n' .. reason)
  end
end

-- Frees a seat although its holder has not asked for it; answers its generation.
local function finish_seat(n, reason)
  local id = n .. ':' .. get(n, 'f')
  tell_ended(n, reason)
  if reason ~= 'lost' then remember(n, get(n, 'f'), reason) end
  free(n, reason)
  return id
end

local function how_ended(n, generation)
  if place(n) then return 'moved' end
  return remembered(n, generation) or 'lost'
end

-- What each other session has last sent to this seat: `from:number:whether broadcast`.
local function heard_by(n)
  local names, list = {}, {}
  for _, other in ipairs(seats) do names[#names + 1], names[#names + 2] = 'c' .. other .. '.' .. n, other end
  hot:load(names)
  for _, other in ipairs(seats) do
    if other ~= n then
      local direct, broadcast = last_number(other, n), number(get(other, 'b'))
      if direct > 0 then list[#list + 1] = other .. ':' .. text(direct) .. ':0' end
      if broadcast > 0 then list[#list + 1] = other .. ':' .. text(broadcast) .. ':1' end
    end
  end
  return table.concat(list, ' ')
end

-- What the holder of a seat has missed, as an audit answers it.
local function held(n, entries)
  if not entries then return { 'gap' } end
  return { 'held', entries[1], entries[2], #entries[2] > 0 and heard_by(n) or '' }
end

local function audit_one(n, generation, seen, acked)
  if not is_held(n, generation) then return { 'ended', how_ended(n, generation) } end
  local entries = read(n, seen)
  if get(n, 'l') == 'T' and acked > dropped(n) then put(n, 'l', false) end
  trim(n, acked)
  if length(n) > 0 then redis.call('EXPIRE', INBOX .. n, INBOX_TTL) end
  return held(n, entries)
end
