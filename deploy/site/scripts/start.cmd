@echo off
setlocal EnableExtensions DisableDelayedExpansion
rem Xunkao: the collector of this site, until this window is closed. Windows 10 or later, 64-bit.
title Xunkao
set "VERSION=unknown"
for /f "delims=" %%v in ('ver') do set "VERSION=%%v"
if "%VERSION: 10.=%"=="%VERSION%" goto old
"%~dp0node.exe" "%~dp0app\deploy\site\start.ts" %*
if errorlevel 1 pause
exit /b %ERRORLEVEL%
:old
echo The collector needs 64-bit Windows 10 or later; this is %VERSION%.
pause
exit /b 1
