-- seat fence entry… → ok pushes. For the seat's own inbox.
local refused = stale()
if refused then return refused end
-- Whether the user of this leave has joined again since the asking node compared: the join precedes it, and replaces the older seat.
local function is_outdated(entry)
  local order, user = entry:match('^L(%d+)\n([^\n]*)\n')
  local newest = order and cold:get('u' .. user)
  return newest and tonumber(newest) > tonumber(order)
end
local n = ARGV[ARGS]
if is_held(n, tonumber(ARGV[ARGS + 1])) then
  for index = ARGS + 2, #ARGV do
    open = {}
    if not is_outdated(ARGV[index]) then append(n, ARGV[index]) end
  end
end
return { 'ok', finish_passing() }
