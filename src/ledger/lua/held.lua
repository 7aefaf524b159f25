-- → ok {seat:fence:session}…, the seats that are connected to the asking node
local refused = stale()
if refused then return refused end
load_seats()
local list = {}
for _, n in ipairs(seats) do
  if is_connected(n) and node(n) == NODE then list[#list + 1] = n .. ':' .. get(n, 'f') .. ':' .. about(n, SESSION) end
end
if hot.entered then finish() end
return { 'ok', list }
