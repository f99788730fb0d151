@echo off
setlocal EnableExtensions DisableDelayedExpansion
rem Xunkao: installs the start at boot and the firewall rules of the collector. Run it as administrator.
set "VERSION=unknown"
for /f "delims=" %%v in ('ver') do set "VERSION=%%v"
if "%VERSION: 10.=%"=="%VERSION%" goto old
"%~dp0node.exe" "%~dp0app\deploy\site\service.ts" install %*
set "CODE=%ERRORLEVEL%"
pause
exit /b %CODE%
:old
echo The collector needs 64-bit Windows 10 or later; this is %VERSION%.
pause
exit /b 1
