-- dead… → ok {order:fence}… pushes. Seats of dead nodes are kept for their window; what is past is freed.
local refused = stale()
if refused then return refused end
local dead, freed = {}, {}
is_reaping = true
for index = ARGS, #ARGV do dead[ARGV[index]], touched[ARGV[index]] = true, true end
load_seats()

local function orphan(n) disconnect(n, now() + number(about(n, WINDOW)), true) end

local function first(is_it)
  for _, n in ipairs(seats) do if is_it(n) then return n end end
end

local function is_alive(name)
  local lease = redis.call('ZSCORE', LEASES, name)
  return lease and tonumber(lease) > now()
end

for _, n in ipairs(seats) do
  if is_connected(n) and dead[node(n)] then orphan(n) end
end
if settles and settles <= now() then
  for _, n in ipairs(seats) do
    if is_to_be_claimed(n) and node(n) ~= NODE and not is_alive(node(n)) then orphan(n) end
  end
  local n = first(is_to_be_claimed)
  while n do
    freed[#freed + 1] = finish_seat(n, 'lost')
    n = first(is_to_be_claimed)
  end
  settles = nil
  forget_absent()
end
local function is_past(n) local at = kept_until(n) return at and at <= now() end
local n = first(is_past)
while n do
  freed[#freed + 1] = finish_seat(n, 'lost')
  n = first(is_past)
end
return { 'ok', freed, finish() }
