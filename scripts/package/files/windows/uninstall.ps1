# Prepared, never run on Windows. Takes away autostart, state and the folder.
$here = Split-Path -Parent $MyInvocation.MyCommand.Path
$folder = Split-Path -Parent $here
Remove-ItemProperty -Path 'HKCU:\Software\Microsoft\Windows\CurrentVersion\Run' -Name 'rhc-agent' -ErrorAction SilentlyContinue
Get-Process node -ErrorAction SilentlyContinue | Where-Object { $_.Path -like (Join-Path $folder '*') } | Stop-Process
Remove-Item -Recurse -Force (Join-Path $env:LOCALAPPDATA 'rhc-agent') -ErrorAction SilentlyContinue
Set-Location $env:TEMP
Remove-Item -Recurse -Force $folder
